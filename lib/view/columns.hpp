// -T fields: the values of chosen fields, one line a packet, as tshark prints them. What stands at
// a fixed place is read from there; a layer is expanded only for what does not.
#pragma once
#include <string>
#include <vector>

#include "base/result.hpp"
#include "view/printer.hpp"

namespace netpeel::view {

// tshark's -E: header=y|n, separator=/t|/s|c, occurrence=f|l|a, aggregator=,|/s|c, quote=d|s|n.
struct ColumnStyle {
  bool header = false;
  char separator = '\t';
  char occurrence = 'a';
  char aggregator = ',';
  char quote = 0;
};
// One -E argument; several settings may stand in it, commas between.
base::Result<ColumnStyle> column_style(std::string_view text, ColumnStyle start);

class Columns final : public Printer, field::Sink {
 public:
  // names: fields, aliases or protocols (whose value is their title). All known: see unknown().
  Columns(const Look& look, std::vector<std::string> names, const ColumnStyle& style);
  // The first name that is neither a field nor a protocol, or nothing.
  static std::string_view unknown(const field::Registry& registry,
                                  const std::vector<std::string>& names);

  void begin(Text& out) override;
  void packet(const field::Packet& packet, Text& out) override;
  const std::vector<std::string>* names() const override { return &names_; }

 private:
  struct Want {
    const field::Field* field;  // null: the protocol itself
    u32 column;
  };
  // What is wanted of one protocol's layers.
  struct Plan {
    std::vector<Want> wants;
    bool expand = false;  // some rows have no fixed place
  };

  void node(const field::Node& node) override;
  void frame(const field::Packet& packet, const Want& want);
  void layers(const field::Packet& packet);
  Text& cell(u32 column);  // where a further value of the column goes

  Look look_;
  std::vector<std::string> names_;
  ColumnStyle style_;
  std::vector<Plan> plans_;  // by protocol id
  u64 interesting_ = 0;      // bit (id mod 64) of the protocols that have a plan
  std::vector<Text> cells_;
  std::vector<bool> filled_;
  const Plan* plan_ = nullptr;
};

}  // namespace netpeel::view
