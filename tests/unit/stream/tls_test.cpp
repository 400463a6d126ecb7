#include "base/text.hpp"
#include "stream/all.hpp"
#include "stream/md5.hpp"
#include "support/catch.hpp"
#include "support/stream_run.hpp"

using namespace netpeel;
using namespace std::string_literals;
using stream::Side;
using test::Said;
using test::StreamRun;

namespace {

std::string number(u64 v, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out.push_back(char(v >> (8 * i)));
  return out;
}
std::string behind(int bytes, const std::string& what) { return number(what.size(), bytes) + what; }
std::string record(int type, const std::string& what) {
  return number(u64(type), 1) + "\3\3" + behind(2, what);
}
std::string message(int type, const std::string& what) {
  return number(u64(type), 1) + behind(3, what);
}
std::string extension(int type, const std::string& what) {
  return number(u64(type), 2) + behind(2, what);
}

std::string client_hello() {
  const std::string name = behind(2, "\0"s + behind(2, "example.org"));
  return message(
      1, "\3\3"s + std::string(32, 'r') + behind(1, "") + behind(2, "\x13\x01\xc0\x2f\x0a\x0a") +
             behind(1, "\0"s) +
             behind(2, extension(0, name) +
                           extension(16, behind(2, behind(1, "h2") + behind(1, "http/1.1"))) +
                           extension(43, behind(1, "\x03\x04\x03\x03")) +
                           extension(10, behind(2, "\0\x1d"s)) + extension(0x0a0a, "")));
}
std::string server_hello(bool new_form) {
  return message(
      2, "\3\3"s + std::string(32, 's') + behind(1, "") + (new_form ? "\x13\x01"s : "\xc0\x2f"s) +
             "\0"s +
             (new_form ? behind(2, extension(43, "\3\4")) : behind(2, extension(0xff01, "\0"s))));
}
// A certificate with only what the rows speak of.
std::string der(int tag, const std::string& what) {
  return number(u64(tag), 1) +
         (what.size() < 128 ? number(what.size(), 1) : "\x82" + number(what.size(), 2)) + what;
}
// One timestamp of Certificate Transparency, as a certificate holds it.
std::string timestamps() {
  const std::string one = "\0"s + std::string(32, 'L') + number(1'700'000'000'123, 8) +
                          behind(2, "") + "\4\3" + behind(2, "signed");
  const std::string list = behind(2, behind(2, one));
  return der(0x30, der(6, "\x2b\6\1\4\1\xd6\x79\2\4\2") + der(4, der(4, list)));
}
// An extension of a certificate, 2.5.29.n, with what is inside of its OCTET STRING.
std::string addition(int n, const std::string& inside, bool critical = false) {
  return der(0x30, der(6, "\x55\x1d" + number(u64(n), 1)) + (critical ? der(1, "\xff") : "") +
                       der(4, inside));
}
// Everything else that a certificate can say.
std::string additions() {
  const std::string uri = der(0x86, "http://example.org/crl");
  const std::string notice =
      der(0x30, der(6, "\x2b\6\1\5\5\7\2\2") + der(0x30, der(30, "\0h\0i"s)));
  const std::string rules = der(0x30, der(6, "\x2b\6\1\5\5\7\2\1") + der(22, "http://rules"));
  return addition(15, der(3, "\5\xa0"), true) +
         addition(19, der(0x30, der(1, "\xff") + der(2, "\3"))) + addition(14, der(4, "\xab\xcd")) +
         addition(35, der(0x30, der(0x80, "\x12\x34") + der(0xa1, uri) + der(0x82, "\7"))) +
         addition(37, der(0x30, der(6, "\x2b\6\1\5\5\7\3\1"))) +
         addition(31, der(0x30, der(0x30, der(0xa0, der(0xa0, uri))))) +
         addition(32, der(0x30, der(0x30, der(6, "\x2a\3") + der(0x30, rules + notice)))) +
         der(0x30, der(6, "\x2b\6\1\5\5\7\1\1") +
                       der(4, der(0x30, der(0x30, der(6, "\x2b\6\1\5\5\7\x30\1") + uri))));
}
const std::string some_years = der(23, "250102030405Z") + der(23, "350102030405Z");
std::string certificate(const std::string& more = {}, const std::string& validity = some_years) {
  const std::string hosts =
      addition(17, der(0x30, der(0x82, "www.example.org") + der(0x87, "\x7f\0\0\1"s)));
  const auto name = [](const std::string& cn) {
    return der(0x30, der(0x31, der(0x30, der(6, "\x55\4\3") + der(12, cn))));
  };
  const std::string algorithm = der(0x30, der(6, "\x2a\x86\x48\xce\x3d\4\3\2"));
  const std::string rsa =
      der(0x30, der(0x30, der(6, "\x2a\x86\x48\x86\xf7\x0d\1\1\1") + der(5, "")) +
                    der(3, "\0"s + der(0x30, der(2, "\0\xc1"s) + der(2, "\1\0\1"s))));
  const std::string body =
      der(0x30, der(0xa0, der(2, "\2")) + der(2, "\x12\x34") + algorithm + name("Test authority") +
                    der(0x30, validity) + name("example.org") +
                    (more.empty() ? der(0x30, algorithm + der(3, "\0\1"s)) : rsa) +
                    der(0xa3, der(0x30, timestamps() + hosts + more)));
  return der(0x30, body + algorithm + der(3, "\0sig"s));
}
bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("MD5: the examples of RFC 1321") {
  const auto sum = [](std::string_view text) {
    base::Text out;
    out.hex_bytes(stream::md5(base::as_bytes(text)));
    return std::string(out.view());
  };
  CHECK(sum("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(sum("abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(sum("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("TLS 1.3: hellos, then all is application data, in any split") {
  const std::vector<Said> said{
      {Side::client,                     record(22,         client_hello())},
      {      Side::server,
       record(22, server_hello(true)) + record(20, "\1") + record(23, std::string(300, 'e'))},
      { Side::client,             record(20, "\1") + record(23, std::string(512, 'x'))}
  };
  const std::string whole = StreamRun::lines(stream::tls, said);
  CHECK(has(whole, "ClientHello for example.org, offers TLS 1.3, wants h2 or http/1.1"));
  CHECK(has(whole, "tls.handshake.extensions_server_name=example.org"));
  CHECK(has(whole, "tls.handshake.ja3_full=771,4865-49199,0-16-43-10,29,"));
  CHECK(has(whole, "ServerHello, takes TLS 1.3 with TLS_AES_128_GCM_SHA256"));
  CHECK(has(whole, "application data, 512 bytes, encrypted"));
  CHECK(has(whole, "tls.record.opaque_type=23"));
  // The client cannot know yet; a server's random of TLS 1.3 has no clock in it.
  CHECK(whole.find("random_time") < whole.find("ServerHello"));
  CHECK(whole.find("random_time") == whole.rfind("random_time"));
  CHECK(!has(whole, "{"));
  for (u64 seed = 1; seed < 20; ++seed) CHECK(StreamRun::lines(stream::tls, said, seed) == whole);
}

TEST_CASE("certificates hold up to any year, or without an end") {
  const auto told = [](const std::string& until) {
    const std::string validity = der(24, "20500101000000Z") + der(24, until);
    return StreamRun::lines(
        stream::tls,
        {
            {Side::client, record(22,   client_hello())},
            { Side::server,
             record(22, server_hello(false)) +
                 record(22, message(11, behind(3, behind(3, certificate({}, validity)))))}
    });
  };
  const std::string row = "x509af.generalizedTime=";
  CHECK(has(told("20501231235959Z"), row + "2050-01-01T00:00:00.000000000Z"));
  CHECK(has(told("20501231235959Z"), row + "2050-12-31T23:59:59.000000000Z"));
  for (const char* no_moment : {"99991231235959Z", "29991231235959Z", "20501331235959Z"}) {
    INFO(no_moment);
    CHECK(has(told(no_moment), row + "NULL"));
  }
}

TEST_CASE("certificates tell what the key is for, and where to ask more") {
  const std::string flight = message(11, behind(3, behind(3, certificate(additions()))));
  const std::string whole = StreamRun::lines(
      stream::tls, {
                       {Side::client, record(22,                        client_hello())},
                       { Side::server,   record(22, server_hello(false)) + record(22,         flight)}
  });
  INFO(whole);
  for (const char* row : {"x509af.issuer=0",
                          "x509if.rdnSequence=1",
                          "x509af.rdnSequence=1",
                          "x509sat.DirectoryString=4",
                          "pkcs1.modulus=00c1",
                          "pkcs1.publicExponent=65537",
                          "x509af.extensions=10",
                          "x509af.critical=1",
                          "x509ce.KeyUsage=a0",
                          "x509ce.KeyUsage.digitalSignature=1",
                          "x509ce.KeyUsage.contentCommitment=0",
                          "x509ce.KeyUsage.keyEncipherment=1",
                          "x509ce.KeyUsage.decipherOnly=0",
                          "x509ce.cA=1",
                          "x509ce.pathLenConstraint=3",
                          "x509ce.SubjectKeyIdentifier=abcd",
                          "x509ce.keyIdentifier=1234",
                          "x509ce.authorityCertIssuer=1",
                          "x509ce.authorityCertSerialNumber=07",
                          "x509ce.KeyPurposeId=1.3.6.1.5.5.7.3.1",
                          "x509ce.CRLDistPointsSyntax=1",
                          "x509ce.distributionPoint=0",
                          "x509ce.fullName=1",
                          "x509ce.uniformResourceIdentifier=http://example.org/crl",
                          "x509ce.policyIdentifier=1.2.3",
                          "x509ce.policyQualifiers=2",
                          "pkix1explicit.DirectoryString=http://rules",
                          "pkix1implicit.explicitText=2",
                          "pkix1implicit.bmpString=hi",
                          "pkix1implicit.accessMethod=1.3.6.1.5.5.7.48.1",
                          "pkix1implicit.accessLocation=6",
                          "x509ce.GeneralNames=2",
                          "x509ce.iPAddress=7f000001",
                          "x509af.encrypted="}) {
    INFO(row);
    CHECK(has(whole, row));
  }
  // Whatever the bytes of the certificate say, reading ends inside of it.
  const std::size_t length = flight.size();
  for (std::size_t at = 10; at < length; ++at) {
    std::string bent = flight;
    bent[at] = char(0x84);
    StreamRun::lines(stream::tls,
                     {
                         {Side::client, record(22,                        client_hello())},
                         { Side::server,   record(22, server_hello(false)) + record(22,           bent)}
    });
  }
}

TEST_CASE("TLS 1.2: a certificate over several records is told whole; after ChangeCipherSpec "
          "nothing can be read") {
  const std::string flight = message(11, behind(3, behind(3, certificate()))) + message(14, "");
  const std::vector<Said> said{
      {Side::client,                       record(22,        client_hello()) },
      {                    Side::server,                      record(22,      server_hello(false) + flight.substr(0, 50)) +
                         record(22, flight.substr(50, 60)) + record(22, flight.substr(110))},
      { Side::client,                                  record(22,                                    message(16,   behind(1, std::string(65, 'p')))) + record(20, "\1") +
                         record(22, std::string(40, 'z'))},
      { Side::server, record(21,"\2\x28") + record(20,             "\1") + record(21, std::string(26, 'a'))}
  };
  const std::string whole = StreamRun::lines(stream::tls, said);
  CHECK(has(whole, "server tls"));
  CHECK(has(whole, " in tls: Certificate"));
  CHECK(has(whole, "tls.handshake.fragment.count=3"));
  CHECK(has(whole, "x509sat.uTF8String=example.org"));
  CHECK(has(whole, "x509af.utcTime=2025-01-02 03:04:05 (UTC)"));
  CHECK(has(whole, "x509ce.dNSName=www.example.org"));
  CHECK(has(whole, "tls.sct.sct_timestamp=2023-11-14T22:13:20.123000000Z"));
  CHECK(has(whole, "tls.sct.sct_signature="));
  CHECK(has(whole, "tls.handshake.random_bytes="));
  CHECK(has(whole, "x509af.algorithm.id=1.2.840.10045.4.3.2"));
  CHECK(has(whole, "the end of a handshake message, then Server Hello Done"));
  CHECK(has(whole, "tls.handshake.client_point_len=65"));
  CHECK(has(whole, "handshake message, encrypted"));
  CHECK(has(whole, "fatal alert: handshake_failure"));
  CHECK(has(whole, "alert, encrypted"));
  CHECK(!has(whole, "{"));
  // Which frames a message came in depends on the split; nothing else does.
  const std::string lines = StreamRun::lines(stream::tls, said, 0, false);
  for (u64 seed = 1; seed < 20; ++seed)
    CHECK(StreamRun::lines(stream::tls, said, seed, false) == lines);
}

TEST_CASE(
    "TLS: a gap inside a record is stepped over, one beyond it is searched across; both are told") {
  const std::string data = record(23, std::string(100, 'd'));
  const std::string inside =
      StreamRun::lines(stream::tls, {
                                        {Side::client, data + data.substr(0, 30)},
                                        {Side::client,            "",                     20},
                                        {Side::client,          data.substr(50) + data         }
  });
  CHECK(has(inside, "client tls 105-135"));
  CHECK(has(inside,
            "{truncated: tls.record.length says 100; the stream ends after 25 bytes of them}"));
  CHECK(has(inside, "client tls 155-210: 55 bytes that are no record {truncated: "));
  CHECK(has(inside, "client tls 210-315: application data, 100 bytes"));
  const std::string beyond = StreamRun::lines(
      stream::tls,
      {
          {Side::client, data},
          {Side::client, "",   200},
          {Side::client,            data.substr(50) + data    }
  });
  CHECK(has(beyond, "client tls 305-360: 55 bytes that are no record {truncated: "));
  CHECK(has(beyond, "client tls 360-465: application data, 100 bytes"));
}

TEST_CASE("TLS: what is not TLS is refused, garbage in the middle is told") {
  CHECK(StreamRun::lines(stream::tls, {
                                          {Side::client, "GET / HTTP/1.1\r\n\r\n"}
  }) == "");
  const std::string data = record(23, "0123456789");
  const std::vector<Said> said{
      {Side::client, data + "rubbish" + data + "\x17\3"}
  };
  const std::string whole = StreamRun::lines(stream::tls, said);
  CHECK(has(whole, "client tls 15-22: 7 bytes that are no record {malformed: "));
  CHECK(has(whole, "client tls 22-37: application data"));
  CHECK(has(whole, "client tls 37-39: 2 bytes that are no record {truncated: "));
  for (u64 seed = 1; seed < 20; ++seed) CHECK(StreamRun::lines(stream::tls, said, seed) == whole);
}

TEST_CASE(
    "TLS: a capture that begins inside a record finds the next one; what has none is refused") {
  const stream::Streamed midway{.name = "tls", .open = [](stream::Context& c) {
                                  c.midway = true;
                                  return stream::tls.open(c);
                                }};
  const std::string data = record(23, "0123456789");
  const std::vector<Said> said{
      {Side::server, std::string(300, 'e') + data + data}
  };
  const std::string whole = StreamRun::lines(midway, said);
  CHECK(has(whole, "server tls 0-300: 300 bytes that are no record {truncated: the capture began "
                   "inside this record"));
  CHECK(has(whole, "server tls 300-315: application data"));
  for (u64 seed = 1; seed < 20; ++seed) CHECK(StreamRun::lines(midway, said, seed) == whole);
  CHECK(StreamRun::lines(stream::tls, said) == "");
  CHECK(StreamRun::lines(midway, {
                                     {Side::server, std::string(70000, 'e')}
  }) == "");
}

TEST_CASE("TLS: a hello whose lengths lie is told field by field") {
  std::string hello = client_hello();
  hello[4 + 2 + 32 + 1 + 1] = '\x7f';  // cipher suites: more than there is
  const std::string lied = StreamRun::lines(stream::tls, {
                                                             {Side::client, record(22, hello)}
  });
  CHECK(has(lied, "{malformed: tls.handshake.cipher_suites_length says 127; "));
  for (std::size_t i = 4; i < hello.size(); ++i) {
    for (char bent : {'\0', '\x7f', '\xff'}) {
      std::string other = client_hello();
      other[i] = bent;
      StreamRun::lines(stream::tls, {
                                        {Side::client, record(22, other)}
      });
    }
  }
}

TEST_CASE("TLS: what the first bytes look like") {
  CHECK(stream::tls.signature(Side::client, base::as_bytes(record(22, client_hello()))));
  CHECK(!stream::tls.signature(Side::client, base::as_bytes("\x16\3\1"s)));
  CHECK(!stream::tls.signature(Side::client, base::as_bytes("\x16\3\1\0\x40\5"s)));
  CHECK(!stream::tls.signature(Side::client, base::as_bytes("GET / HTTP/1.1"s)));
}

TEST_CASE(
    "what may begin anywhere tells by which bytes, and believes nothing that begins otherwise") {
  const std::string openings[]{record(22, client_hello()), "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                               "HTTP/1.1 200 OK\r\n\r\n", "M-SEARCH * HTTP/1.1\r\n\r\n"};
  u32 believed = 0;
  for (const stream::Streamed* s : stream::all()) {
    CHECK((s->anywhere == nullptr) == s->anywhere_first.empty());
    if (s->anywhere == nullptr) continue;
    for (std::string text : openings) {
      const bool told = s->anywhere_first.find(text[0]) != std::string_view::npos;
      if (s->anywhere(base::as_bytes(text))) {
        CHECK(told);
        ++believed;
      }
      for (u32 byte = 0; byte < 256; ++byte) {
        text[0] = char(byte);
        if (s->anywhere(base::as_bytes(text)))
          CHECK(s->anywhere_first.find(char(byte)) != std::string_view::npos);
      }
    }
  }
  CHECK(believed == std::size(openings));
}
