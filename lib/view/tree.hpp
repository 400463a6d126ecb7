// All fields of all layers, indented: for each layer its number and name in the OSI or the TCP/IP model, its protocol, then
// field by field what it says and what that means. Where a field is not whole bytes its bits are drawn; values that have no
// bits of their own stand in [brackets].
#pragma once
#include "view/printer.hpp"

namespace netpeel::view {

class Tree final : public Printer, field::Sink {
 public:
  explicit Tree(const Look& look) : look_(look) {}
  void packet(const field::Packet& packet, Text& out) override;

 private:
  void node(const field::Node& node) override;
  void problem(const field::Problem& problem) override;
  void heading(const field::Layer& layer);

  Look look_;
  const field::Packet* packet_ = nullptr;  // during packet()
  Text* out_ = nullptr;
};

}  // namespace netpeel::view
