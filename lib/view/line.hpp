// One line a packet, for beginners: number, time, who to whom, the highest protocol, and a sentence
// of its own.
//   1  0.000000  10.0.0.1:51000 → 10.0.0.2:80  TCP  SYN, asks to open a connection
#pragma once
#include <vector>

#include "view/printer.hpp"

namespace netpeel::view {

// What times are shown: time of day, date and time of day (both local), since the packet shown
// before, since the first, since 1970.
enum class Clockwork : u8 { of_day, of_date, delta, relative, epoch };

class Lines final : public Printer {
 public:
  Lines(const Look& look, Clockwork clockwork);
  void packet(const field::Packet& packet, Text& out) override;

 private:
  // Rows that name the ends of a conversation, of one protocol; null where it has none.
  struct Ends {
    const field::Field *from = nullptr, *to = nullptr, *from_port = nullptr, *to_port = nullptr;
    bool loose = false;  // such rows exist without a fixed place: only expand() finds them
  };

  // A protocol's layer, and the packet or part that it lies in.
  struct Spot {
    const field::Packet* packet = nullptr;
    const field::Layer* layer = nullptr;
  };

  void time(const field::Packet& packet, Text& out);
  void who(const field::Packet& packet, Text& out) const;
  bool has_ports(const field::Layer& layer) const;
  Spot ports_of_whole(const field::Packet& packet) const;
  void port(Spot of, const field::Field* Ends::*which, Text& out) const;
  void problems(const field::Packet& packet, Text& out) const;
  void told(const field::Packet& packet, Spot top, Text& out) const;
  void pad(Text& out, std::size_t from, u32& widest, u32 most);

  Look look_;
  Clockwork clockwork_;
  std::vector<Ends> ends_;  // by protocol id
  u32 widest_who_ = 20, widest_label_ = 4;
  i64 offset_until_ = 0, offset_from_ = 1,
      offset_ = 0;  // local time zone, looked up once a quarter of an hour
};

}  // namespace netpeel::view
