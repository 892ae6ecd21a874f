// SPDX-License-Identifier: Apache-2.0
// The same in C++.
#include <skep/skep.h>

#include <array>
#include <iostream>
#include <memory>

int main(int argc, char** argv) {
  struct Close {
    void operator()(skep_object* o) const { skep_object_close(o); }
  };
  std::unique_ptr<skep_object, Close> object(argc == 2 ? skep_object_open_file(argv[1], nullptr) : nullptr);
  if (!object || skep_object_load(object.get()) != 0) {
    std::cerr << skep_last_error()->text << '\n';
    return 1;
  }
  const std::array<unsigned char, 64> packet{};
  skep_run_options run{};
  run.size = sizeof run;
  run.packet = packet.data();
  run.packet_size = packet.size();
  run.repeat = 2;
  skep_run_result result{};
  result.size = sizeof result;
  if (skep_program_run(skep_object_find_program(object.get(), "count"), &run, &result) != 0) return 1;
  const void* seen = skep_object_variable(object.get(), "seen", nullptr);
  std::cout << skep_version() << " r0=" << result.r0 << " seen=" << *static_cast<const unsigned*>(seen) << '\n';
}
