// A hand-in made of what the steps of a lesson left in the state's folder. One thread.
#pragma once
#include <string>

#include "lesson/lesson.hpp"
#include "lesson/peel.hpp"

namespace netpeel::lesson {

// Steps that have not ended are not in it. Throws base::Error where nothing was kept, or where a
// step's file cannot be read.
Peel make_peel(const Lesson& lesson, const Store& store, const Progress& progress,
               const std::string& netpeel);

// "Ada Lovelace" and L06: "Ada-Lovelace-L06.peel"; what no file should be called becomes a hyphen.
std::string peel_name(std::string_view student, std::string_view lesson);

// A step's kept packets; empty where there are none, or more than a hand-in may have.
std::string read_packets(const std::string& path);

}  // namespace netpeel::lesson
