// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "cli/command.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return skep::cli::main_of(arguments);
}
