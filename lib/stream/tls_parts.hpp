// What the files of TLS share: what its session tells expand(), and the handshake's half of it. For
// tls*.cpp only.
#pragma once
#include "base/cursor.hpp"
#include "field/expand.hpp"
#include "stream/session.hpp"

namespace netpeel::stream::tls_parts {

// What a record's bytes do not say.
struct TlsFacts : field::Facts {
  enum class Form : u8 {
    record,     // the message is a record
    handshake,  // a handshake message put together from several records
    debris,     // bytes that are no record
  };
  Form form = Form::record;
  bool sealed = false;  // a handshake record whose content is encrypted
  u16 version = 0;      // agreed upon in the Server Hello; 0: not known
  u16 cipher = 0;       // likewise
  u32 skip = 0;  // so many bytes of a handshake record end a message that began in an earlier one
  std::string_view protocol{};    // ALPN's choice, if it was seen in clear
  std::span<const u64> frames{};  // of Form::handshake: the frames its pieces ended in
};

// Reads a message front to back and emits what it reads. Positions are from the layer's start;
// nothing beyond `end` is read. A length that says more than there is ends it: that is told once.
struct Reader {
  field::Expansion& x;
  u32 at, end;

  u32 left() const { return end - at; }
  bool has(const field::Field& f, u32 n) {
    if (n <= left()) return true;
    lied(f);
    return false;
  }
  void lied(const field::Field& f);
  // A number of n bytes.
  u32 number(const field::Field& f, u32 n);
  // n bytes as they are.
  void bytes(const field::Field& f, u32 n);
  // The part of n bytes that comes next; what is left over in it is the caller's affair. At most
  // what is there.
  Reader part(const field::Field& length, u32 n);
  u32 peek(u32 n, u32 ahead = 0) const;
};

inline constexpr u16 tls13 = 0x0304;
// Is the number the version 1.3, or a draft of it?
constexpr bool is_tls13(u32 version) {
  return version == tls13 || version >> 8 == 0x7f || version == 0xfb17 || version == 0xfb1a;
}

// The rows of handshake messages.
field::Table handshake_rows();

// One handshake message, type and length included; `known`: what the session told, or null.
void expand_handshake(Reader& in, const TlsFacts* known);
// A list of Certificate Transparency's timestamps (RFC 6962 §3.3), as extension 18 and certificates
// hold it.
void expand_timestamps(Reader& in);

// ---- What a session and a sentence read of a hello ----

struct Hello {
  bool ok = false;
  u16 version = 0;     // the highest one offered, or the one chosen
  u16 cipher = 0;      // Server Hello
  bool retry = false;  // Server Hello: really a Hello Retry Request
  Bytes name{};        // Client Hello: the server's name
  Bytes protocols{};   // ALPN's list: each behind its length, one byte
};
// The body of a hello, behind its type and length.
Hello read_hello(Bytes body, bool server);

std::string_view version_name(u32 version);
std::string_view cipher_name(u32 cipher);
std::string_view handshake_name(u32 type);

}  // namespace netpeel::stream::tls_parts
