// Fields on demand: expand() turns one layer into Nodes, in wire order, parents before children.
// Every view, every filter on a field without a fixed place, and every lesson check is a Sink of
// these Nodes.
#pragma once
#include "field/registry.hpp"

namespace netpeel::field {

// A field of this packet. Valid during Sink::node() only: keep longer = copy.
struct Node {
  const Field* field;  // without a name: a heading for people, which sinks that speak in names
                       // (JSON, filters) leave out
  u32 bit_at;          // from the start of the layer's buffer (the frame)
  u32 bit_size;        // 0: no bits of its own
  u8 depth;            // 0: directly below the layer
  u64 number;          // for all Shows but mark and those kept as bytes; scale is applied
  Bytes bytes;  // for mac, ipv4, ipv6, bytes and text: the value (text may be decoded: a DNS name)
};

std::string_view kind_name(Kind kind);

// How much a problem matters, in Wireshark's four steps: it happens all the time; worth knowing;
// something does not go as it should; it cannot be right.
enum class Severity : u8 { chat, note, warn, error };
std::string_view severity_name(Severity severity);  // "chat" …
// Where nobody said otherwise.
constexpr Severity severity_of(Kind kind) {
  return kind == Kind::malformed ? Severity::error
         : kind == Kind::unusual ? Severity::warn
                                 : Severity::note;
}

// Something about this layer that a person should know. `says` is a sentence without a full stop,
// valid during the call.
struct Problem {
  Kind kind;
  const Field* field;  // the field that lied, or that is odd; may be null
  std::string_view says;
  Severity severity = severity_of(kind);
};

// What is quite in order and yet worth counting: a connection opens, a window grows. Views of
// single packets show it by other means. `says` as in Problem.
struct Remark {
  Severity severity;
  const Field* field;
  std::string_view says;
};

class Expansion;

// Rows of a table, one at least, where they stand in this layer. Over the same bytes they give the
// same nodes, but for their place: a sink may remember what it made of them. Valid during
// Sink::laid() only.
class Laid {
 public:
  Laid(const Expansion& x, Table some, u32 at);
  Table rows;
  const u8* bytes;  // where the table begins
  u32 room;         // bytes from there to the layer's end; rows that reach beyond are left out
  u32 bit_at;       // of the first, from the start of the layer's buffer
  u8 depth;         // of those that no other row covers
  // Gives the sink node by node, all of it or some rows only.
  void apart() const { apart(rows); }
  void apart(Table some) const;

 private:
  const Expansion& x_;
  u32 at_;
};

class Sink {
 public:
  // False: it only wants to hear of problems and remarks, and no row is read for it.
  virtual bool wants_nodes() const { return true; }
  virtual void node(const Node& node) = 0;
  virtual void laid(const Laid& some) { some.apart(); }
  virtual void problem(const Problem&) {}
  virtual void remark(const Remark&) {}

 protected:
  ~Sink() = default;
};

struct Settings {
  bool checksums = false;  // verify those that tshark's defaults leave unverified
};

class Expansion {
 public:
  Expansion(const Registry& all, const Packet& p, const Layer& l, Sink& sink, const Settings& s)
      : registry(all), packet(p), layer(l), settings(s), sink_(sink),
        reach_(u32(l.header) + l.body), nodes_(sink.wants_nodes()) {}
  Expansion(const Expansion&) = delete;
  Expansion& operator=(const Expansion&) = delete;

  const Registry& registry;
  const Packet& packet;
  const Layer& layer;
  const Settings& settings;

  // What the flow table knows of this layer, or null. T is the protocol's own kind of Facts.
  template <class T>
  const T* known() const {
    return static_cast<const T*>(packet.known(layer));
  }
  const u8* header() const { return packet.bytes(layer); }
  Bytes bytes() const { return {header(), layer.header}; }  // the header, variable part included
  Bytes body() const { return {header() + layer.header, layer.body}; }
  bool whole() const { return (layer.flags & Layer::cut_header) == 0; }
  // Bytes missing at this layer's end are nobody's lie: the capture cut the frame inside it, or it
  // is quoted.
  bool excused() const {
    if ((layer.flags & Layer::quoted) != 0) return true;
    if (layer.end() < packet.frame.size) return false;
    for (const Layer* l = &layer; l != nullptr; l = packet.below(*l)) {
      if ((l->flags & Layer::truncated) != 0) return true;
    }
    return false;
  }

  // ---- Positions are bytes from the layer's start. Rows that reach beyond the layer's bytes are
  // left out. ----

  // Lets rows reach up to `end` bytes from the layer's start (the frame's end at most): for parts
  // of a message that stand behind the layers it carries, such as ICMP extensions.
  void reach(u32 end);

  // Whether anybody hears of rows: what only makes a value may be left out otherwise.
  bool wants_nodes() const { return nodes_; }
  // A table of placed rows, laid at byte `at`. Returns the bytes it spans.
  u32 rows(Table table, u32 at = 0) {
    if (nodes_ && !table.empty()) sink_.laid({*this, table, at});
    return bytes_of(table);
  }
  // One placed row of such a table.
  void placed(const Field& f, u32 at = 0) {
    if (nodes_)
      sink_.laid({
          *this, {&f, 1},
           at
      });
  }
  // A row with the bits at `at`, `size` bytes: mark, mac, addresses, bytes, text as they are,
  // numbers in network order.
  void field(const Field& f, u32 at, u32 size) {
    if (nodes_) read(f, at, size);
  }
  // A number that does not stand there in network order, or not as such.
  void number(const Field& f, u32 at, u32 size, u64 value) {
    if (nodes_) emit(f, at * 8, size * 8, 0, value, {});
  }
  // Text or bytes that had to be decoded.
  void value(const Field& f, u32 at, u32 size, Bytes decoded) {
    if (nodes_) emit(f, at * 8, size * 8, 0, 0, decoded);
  }
  void text(const Field& f, u32 at, u32 size, std::string_view decoded) {
    value(f, at, size, base::as_bytes(decoded));
  }
  // A mark or heading over size bytes.
  void mark(const Field& f, u32 at, u32 size) { number(f, at, size, 1); }
  // Values that have no bits of their own.
  void computed(const Field& f, u64 value) { number(f, 0, 0, value); }
  void computed(const Field& f, std::string_view text) { value(f, 0, 0, base::as_bytes(text)); }

  // What is emitted until the guard ends is a child of the row before it.
  class Inside {
   public:
    explicit Inside(Expansion& x) : x_(x) { ++x_.depth_; }
    ~Inside() { --x_.depth_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    Expansion& x_;
  };
  [[nodiscard]] Inside inside() { return Inside(*this); }

  void problem(Kind kind, const Field* f, std::string_view says) {
    problem(kind, f, says, severity_of(kind));
  }
  void problem(Kind kind, const Field* f, std::string_view says, Severity severity);
  void remark(Severity severity, const Field* f, std::string_view says) {
    sink_.remark({severity, f, says});
  }
  bool told() const { return told_; }  // a problem of kind truncated or malformed was emitted

 private:
  friend class Laid;
  void read(const Field& f, u32 at) const;
  void read(const Field& f, u32 at, u32 size);
  void emit(const Field& f, u32 bit_at, u32 bit_size, u8 extra_depth, u64 number,
            Bytes bytes) const {
    sink_.node({&f, layer.at * 8 + bit_at, bit_size, u8(depth_ + extra_depth), number, bytes});
  }

  Sink& sink_;
  u32 reach_;
  bool nodes_;
  u8 depth_ = 0;
  bool told_ = false;
};

inline Laid::Laid(const Expansion& x, Table some, u32 at)
    : rows(some), bytes(x.header() + at), room(x.reach_ > at ? x.reach_ - at : 0),
      bit_at((x.layer.at + at) * 8), depth(x.depth_), x_(x), at_(at) {}

// All fields of one layer, and the problems: those its protocol tells, else the one that the walk
// found.
void expand(const Registry& registry, const Packet& packet, const Layer& layer, Sink& sink,
            const Settings& settings = {});

// The layers' names in Wireshark's spelling ("eth:ethertype:ip:tcp"), written into room; cut if it
// is too small.
std::string_view protocol_chain(const Registry& registry, const Packet& packet,
                                std::span<char> room);

// The number in a placed row of a table that begins at `bytes`; neither for mark nor for those kept
// as bytes. Scale is not applied.
inline u64 placed_number(const Field& f, const u8* bytes) {
  const u8* const p = bytes + f.at / 8;
  switch (f.reading) {
    case Reading::byte: return *p;
    case Reading::two_bytes: return base::be16(p);
    case Reading::four_bytes: return base::be32(p);
    case Reading::eight_bytes: return base::be64(p);
    default: return base::bits(bytes, f.at, f.width);
  }
}

// The value of a placed row in this layer, without expanding it: bits at a constant place. False if
// the header is too short. Only for rows of at most 64 bits. Scale is applied.
inline bool read_placed(const Packet& packet, const Layer& layer, const Field& f, u64& value) {
  if (f.end() > u32(layer.header) * 8) return false;
  value = base::bits(packet.bytes(layer), f.at, f.width) * f.more.scale;
  return true;
}

}  // namespace netpeel::field
