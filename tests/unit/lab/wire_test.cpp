#include "lab/wire.hpp"

#include "unit/lab/frames.hpp"

namespace netpeel::lab {
namespace {

constexpr i64 ms = 1'000'000;

// A wire in virtual time. What arrives is told as "TIME WHAT", WHAT being the data of the segment
// or datagram.
class Story {
 public:
  explicit Story(std::initializer_list<const char*> faults)
      : watcher_(test::registry()), wire_("a>b", 1, test::registry()) {
    for (const char* text : faults) set(text);
  }
  void set(const char* text) {
    const auto fault = parse_fault(text, test::registry());
    REQUIRE(fault.ok());
    wire_.set(*fault, now_);
  }
  void send(const std::vector<u8>& frame) {
    run(now_);
    const Sight& sight = watcher_.look(frame, now_, wire_.wants_conversations());
    const Entry entry = wire_.enter(sight, now_, deeds_);
    if (entry.through) arrive(frame, "");
  }
  void data(std::string_view text) { send(test::segment(1000 + sent_++, text)); }
  void ack() { send(test::segment(1000, "")); }
  void datagrams(std::initializer_list<const char*> all) {
    for (const char* text : all) send(test::datagram(text));
  }
  void wait(i64 time) { run(now_ + time); }
  std::string all() {
    run(now_ + 10'000 * ms);
    return arrived_;
  }
  std::string deeds() const {
    std::string out;
    for (const Deed& deed : deeds_)
      out += wire_.text_of(deed.fault) + ": " + deed.says + (deed.lost ? " [lost]\n" : "\n");
    return out;
  }
  Wire& wire() { return wire_; }
  std::vector<std::vector<u8>> frames;
  std::vector<std::string> notes;

 private:
  void run(i64 until) {
    while (wire_.due() <= until) {
      now_ = std::max(now_, wire_.due());
      Leaving left;
      while (wire_.leave(now_, left)) arrive(left.bytes, left.note);
    }
    now_ = until;
  }
  void arrive(const std::vector<u8>& frame, const std::string& note) {
    Watcher other(test::registry());
    const Sight& sight = other.look(frame, now_, false);
    const std::string_view what =
        base::as_text(Bytes(frame).subspan(sight.payload_at, sight.payload_size));
    if (!arrived_.empty()) arrived_ += ' ';
    if (now_ > 0) arrived_ += std::to_string(now_ / ms) + ":";
    arrived_ += sight.is(Kind::ack) ? "ACK" : std::string(what);
    frames.push_back(frame);
    notes.push_back(note);
  }

  Watcher watcher_;
  Wire wire_;
  i64 now_ = 0;
  u32 sent_ = 0;
  std::string arrived_;
  std::vector<Deed> deeds_;
};

TEST_CASE("without a fault every frame leaves at once and untouched") {
  Story story{};
  story.datagrams({"one", "two"});
  CHECK(story.all() == "one two");
  CHECK(story.deeds().empty());
  CHECK(story.wire().idle());
}

TEST_CASE("exactly the segment that is meant is dropped; what carries no data does not count") {
  Story story{"a>b drop data#3"};
  story.ack();
  story.data("one"), story.data("two"), story.ack(), story.data("three"), story.data("four"),
      story.data("three");
  CHECK(story.all() == "ACK one two ACK four three");
  CHECK(story.deeds() == "a>b drop data#3: dropped [lost]\n");
  CHECK(story.wire().standing()[0].over);
  CHECK(story.wire().counts().lost == 1);
}

TEST_CASE("a doubled frame comes twice in a row, the second one says so") {
  Story story{"a>b dup data#2"};
  story.data("one"), story.data("two"), story.data("three");
  CHECK(story.all() == "one two two three");
  CHECK(story.notes[1] == "a>b dup data#2: doubled");
  CHECK(story.notes[2] == "a>b dup data#2: doubled; lab: a second copy");
}

TEST_CASE("a swapped frame leaves behind the next of its kind; others pass in between") {
  Story story{"a>b swap data#2"};
  story.data("one"), story.data("two"), story.ack(), story.data("three"), story.data("four");
  CHECK(story.all() == "one ACK three two four");
  CHECK(story.notes[3] == "a>b swap data#2: the next one overtook it");
}

TEST_CASE("a swapped frame does not wait for ever") {
  Story story{"a>b swap data#1"};
  story.data("last");
  CHECK(story.all() == "300:last");
  CHECK(story.notes[0] == "a>b swap data#1: the next one overtook it (but none came in time)");
}

TEST_CASE("swapping a range swaps pairs") {
  Story story{"a>b swap datagram#1..4"};
  story.datagrams({"1", "2", "3", "4", "5"});
  CHECK(story.all() == "2 1 4 3 5");
}

TEST_CASE("a bent frame differs in one bit; fix mends its checksums") {
  Story bent{"a>b corrupt data#1 bit 2"};
  bent.data("hello");
  CHECK(bent.all() == "Hello");
  const field::Settings verify{.checksums = true};
  CHECK(test::Peeled(bent.frames[0], 1, verify).value("tcp.checksum.status") == "0");
  CHECK(bent.notes[0] ==
        "a>b corrupt data#1: bit 2 of what it carries turned over (byte 54 of the frame)");

  Story mended{"a>b corrupt data#1 bit 2 fix"};
  mended.data("hello");
  CHECK(mended.all() == "Hello");
  CHECK(test::Peeled(mended.frames[0], 1, verify).value("tcp.checksum.status") == "1");

  Story around{"a>b corrupt (udp) bit 42"};  // 5 bytes have 40 bits
  around.datagrams({"hello"});
  CHECK(around.all() == "Hello");
}

TEST_CASE("a delay for some lets others overtake; a delay for all keeps the order") {
  Story some{"a>b delay 200ms data#1..2"};
  some.data("one"), some.data("two"), some.data("three");
  CHECK(some.all() == "three 200:one 200:two");
  Story all{"a>b delay 5ms"};
  all.datagrams({"1", "2"});
  all.wait(2 * ms);
  all.datagrams({"3"});
  CHECK(all.all() == "5:1 5:2 7:3");
}

TEST_CASE("a slow line sends one after the other, and its queue holds only so much") {
  // With 42 bytes of headers a frame of 1000 bytes, which take 8 ms at 1 Mbit/s.
  const std::string text(1000 - 42, 'x');
  Story story{"a>b rate 1mbit queue 2500B"};
  for (int i = 0; i < 5; ++i) story.send(test::datagram(text));
  story.all();
  CHECK(story.frames.size() == 2);  // the third would make 2000 + 1000 bytes wait
  CHECK(story.deeds() ==
        "a>b rate 1mbit queue 2500B: waited 8 ms for the line\n"
        "a>b rate 1mbit queue 2500B: lost, the queue is full (2000 bytes wait) [lost]\n"
        "a>b rate 1mbit queue 2500B: lost, the queue is full (2000 bytes wait) [lost]\n"
        "a>b rate 1mbit queue 2500B: lost, the queue is full (2000 bytes wait) [lost]\n");
  story.send(test::datagram(text));
  story.all();
  CHECK(story.frames.size() == 3);
}

TEST_CASE("loss is the same every run, and another seed is another loss") {
  const auto run = [](const char* fault) {
    Story story{fault};
    for (int i = 0; i < 200; ++i) story.send(test::datagram(std::to_string(i)));
    return story.all();
  };
  const std::string once = run("a>b loss 20% seed=7");
  CHECK(once == run("a>b loss 20% seed=7"));
  CHECK(once != run("a>b loss 20% seed=8"));
  const auto arrived = std::count(once.begin(), once.end(), ' ') + 1;
  CHECK(arrived > 140);
  CHECK(arrived < 180);
}

TEST_CASE("what is too large for the wire vanishes, what just fits does not") {
  Story story{"a>b mtu 100"};
  story.send(test::datagram(std::string(72, 'a')));
  story.send(test::datagram(std::string(73, 'b')));
  CHECK(story.all() == std::string(72, 'a'));
}

TEST_CASE("a wire is cut, from a packet on, for a time, and healed") {
  Story story{"a>b cut data#2"};
  story.data("one"), story.data("two"), story.ack(), story.data("two");
  CHECK(story.all() == "one");
  story.set("heal");
  story.data("two");
  CHECK(story.all() == "one 10000:two");

  Story brief{"a>b cut for 2s"};
  brief.data("one");
  brief.wait(1999 * ms);
  brief.data("two");
  brief.wait(1 * ms);
  brief.data("three");
  CHECK(brief.all() == "2000:three");
  CHECK(brief.wire().standing()[0].over);
}

TEST_CASE("clear lets go of what it held, and nothing stands any more") {
  Story story{"a>b swap data#1", "a>b delay 1s data#2"};
  story.data("one");
  story.set("clear");
  story.data("two");
  CHECK(story.all() == "one two");
  CHECK(story.wire().idle());
}

TEST_CASE("a filter chooses, also by what spans packets") {
  Story story{"a>b drop (tcp.flags.fin == 1)#1", "a>b dup (udp.length > 20)#2"};
  story.send(test::segment(1, "", 0x11));
  story.send(test::segment(1, "bye", 0x11));
  story.datagrams({"a short one", "a rather long one", "a second long one"});
  CHECK(story.all() == "bye a short one a rather long one a second long one a second long one");

  Story followed{"a>b drop (tcp.analysis.retransmission)#1"};
  followed.send(test::segment(1, "one"));
  followed.send(test::segment(4, "two"));
  followed.wait(300 * ms);
  followed.send(test::segment(1, "one"));
  CHECK(followed.all() == "one two");
}

TEST_CASE("faults do not disturb each other's counting") {
  Story story{"a>b drop data#2", "a>b dup data#3", "a>b delay 7ms data#4"};
  story.data("1"), story.data("2"), story.data("3"), story.data("4");
  CHECK(story.all() == "1 3 3 7:4");
}

TEST_CASE("setting a fault again replaces it and counts anew") {
  Story story{"a>b delay 5ms", "a>b drop data#1"};
  story.set("a>b delay 9ms");
  story.data("x");
  story.set("a>b drop data#1");
  story.data("y"), story.data("z");
  CHECK(story.all() == "9:z");
}

TEST_CASE("kinds: SYN, pure ACK, FIN and RST") {
  Story story{"a>b drop syn#1", "a>b drop ack#2", "a>b drop rst", "a>b drop fin#1"};
  story.send(test::segment(1, "", 0x02));
  story.ack();
  story.ack();
  story.send(test::segment(1, "f", 0x11));
  story.send(test::segment(1, "r", 0x14));
  story.send(test::segment(1, "s", 0x02));
  CHECK(story.all() == "ACK s");
}

TEST_CASE("what is on its way is bounded") {
  Story story{"a>b delay 1s"};
  const std::vector<u8> frame = test::datagram(std::string(1400, 'x'));
  const u64 fit = Wire::most_bytes / frame.size();
  for (u64 i = 0; i < fit + 10; ++i) story.send(frame);
  CHECK(story.wire().counts().overflowed == 10);
  story.all();
  CHECK(story.frames.size() == fit);
}

TEST_CASE("no frame, however broken, hurts the wire") {
  base::Random random(20261121);
  Story story{"a>b corrupt data bit 77 fix", "a>b corrupt (udp) bit 9", "a>b dup syn",
              "a>b swap (ip.ttl > 9)", "a>b delay 1ms ack"};
  const std::vector<std::vector<u8>> whole{test::segment(1, "some data to carry"),
                                           test::datagram("a datagram"), test::segment(1, "")};
  for (int i = 0; i < 3000; ++i) {
    std::vector<u8> frame = whole[random.below(whole.size())];
    if (random.chance(0.5)) frame.resize(14 + random.below(frame.size() - 13));
    for (u64 bent = random.below(4); bent > 0; --bent)
      frame[random.below(frame.size())] = u8(random.next());
    story.send(frame);
  }
  story.all();
  CHECK(story.wire().counts().entered == 3000);
  CHECK(story.frames.size() >= 3000);
}

}  // namespace
}  // namespace netpeel::lab
