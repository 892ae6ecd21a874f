// SPDX-License-Identifier: Apache-2.0
// A program of a Module as a line of `skep batch`: an object's program for whom the object is not there, as a kernel in
// a guest. The line has the maps that the program names, its types, the names of what is the kernel's, and the program
// that it is attached to.
#pragma once

#include <string>
#include <vector>

#include "judge/question.hpp"
#include "module/module.hpp"

namespace skep::judge {

std::string line_of(const module::Module& module, std::size_t prog, std::string_view id, const std::vector<Ask>& asks);

}  // namespace skep::judge
