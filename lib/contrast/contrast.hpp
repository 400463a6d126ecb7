// Two ways of doing the same thing: what each cost and bought as rows of a table, and what follows
// from that as sentences, each with the frames it follows from. Pure: of two measures and ladders.
#pragma once
#include <string>
#include <vector>

#include "contrast/handshake.hpp"
#include "contrast/measure.hpp"
#include "view/ladder.hpp"

namespace netpeel::contrast {

// One of the two.
struct Way {
  std::string name;   // "TCP", "polling"; of a file its name
  std::string where;  // where its packets come from: a sentence without a full stop
  std::string file;   // the capture; empty: not kept
  Measure measure;
  view::Ladder ladder;
};

struct Row {
  std::string id;  // for programs
  std::string title;
  std::string values[2];
  bool steady = false;  // the same in every run, whatever the machine does meanwhile
  double numbers[2]{};  // for bars
  bool has_numbers = false;
};

struct Sentence {
  std::string id;
  std::string says;
  int way = -1;  // 0, 1: it speaks of that one's packets; -1: of both
  std::vector<u64> frames[2];
  bool steady = false;
};

struct Contrast {
  std::string id;     // "tcp-udp"
  std::string title;  // a sentence
  std::string about;  // what was done, and with which fault
  Way ways[2];
  std::vector<Row> rows;
  std::vector<Sentence> sentences;
  std::vector<Comparison> handshake;  // http-ws alone
};

// Fills rows, sentences and handshake from the ways.
void draw_conclusions(Contrast& contrast, const Heads heads[2]);

}  // namespace netpeel::contrast
