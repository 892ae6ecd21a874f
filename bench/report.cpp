// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <fstream>
#include <thread>

namespace skep::bench {
namespace {

std::string cell(Figure f, const char* unit) { return f ? fmt::format("{:.{}f}{}", *f, *f < 10 ? 2 : 0, unit) : "–"; }
std::string number(Figure f) { return f ? fmt::format("{:.3f}", *f) : "null"; }
Figure ratio(Figure a, Figure b) { return a && b && *b > 0 ? Figure(*a / *b) : std::nullopt; }

// "model name : …" of the first processor; characters that would need escaping are left out.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    std::erase_if(line, [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' '; });
    return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

}  // namespace

std::string as_table(const std::vector<Row>& rows) {
  constexpr const char* line = "{:16} {:>10} {:>12} {:>12} {:>12} {:>9} {:>9} {:>9} {:>9}\n";
  std::string out =
      fmt::format(line, "row", "insns", "native", "interp", "checked", "native/i", "interp/i", "interp ×", "checked ×");
  for (const Row& r : rows) {
    Figure insns = static_cast<double>(r.insns);
    out += fmt::format(line, r.name, r.insns, cell(r.native, " ns"), cell(r.interp, " ns"), cell(r.checked, " ns"),
                       cell(ratio(r.native, insns), ""), cell(ratio(r.interp, insns), ""),
                       cell(ratio(r.interp, r.native), ""), cell(ratio(r.checked, r.interp), ""));
    if (!r.agreed) out += fmt::format("{:16} the columns computed different results\n", "");
  }
  return out + "ns per run and per executed instruction (…/i); interp × native, checked × interp\n";
}

std::string as_json(const std::vector<Row>& rows) {
  utsname system{};
  uname(&system);
  std::string out = fmt::format(
      R"({{"v":1,"machine":{{"cpu":"{}","cpus":{},"os":"{} {}","arch":"{}","kernel_user_factor":null}},"rows":[)",
      processor(), std::thread::hardware_concurrency(), system.sysname, system.release, system.machine);
  for (const Row& r : rows)
    out += fmt::format(
        R"({}{{"name":"{}","unit":"ns","insns":{},"native":{},"jit":null,"interp":{},"kernel":null,"kernel_how":"none",)"
        R"("others":{{"checked":{}}},"required":{},"checked":{}}})",
        &r == rows.data() ? "\n" : ",\n", r.name, r.insns, number(r.native), number(r.interp), number(r.checked),
        required_columns, r.agreed);
  return out + "\n]}\n";
}

}  // namespace skep::bench
