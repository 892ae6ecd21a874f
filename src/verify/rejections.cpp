// SPDX-License-Identifier: Apache-2.0
#include "verify/rejections.hpp"

#include <algorithm>
#include <vector>

#include "verify/call_errors.hpp"
#include "verify/errors.hpp"
#include "verify/object_errors.hpp"
#include "verify/own_object_errors.hpp"
#include "verify/walk_errors.hpp"

namespace skep::verify {

std::span<const Diagnostic* const> rejections() {
  static const std::vector<const Diagnostic*> all = [] {
    std::vector<const Diagnostic*> rows = {
        SKEP_FLOW_REJECTIONS(SKEP_DIAGNOSTIC_ROW) SKEP_DEPTH_REJECTIONS(SKEP_DIAGNOSTIC_ROW)
            SKEP_VALUE_REJECTIONS(SKEP_DIAGNOSTIC_ROW) SKEP_MEMORY_REJECTIONS(SKEP_DIAGNOSTIC_ROW)
                SKEP_STACK_REJECTIONS(SKEP_DIAGNOSTIC_ROW) SKEP_MAP_REJECTIONS(SKEP_DIAGNOSTIC_ROW)
                    SKEP_FIELD_REJECTIONS(SKEP_DIAGNOSTIC_ROW) SKEP_OBJECT_REJECTIONS(SKEP_DIAGNOSTIC_ROW)
                        SKEP_DYNPTR_REJECTIONS(SKEP_DIAGNOSTIC_ROW) SKEP_CALL_REJECTIONS(SKEP_DIAGNOSTIC_ROW)
                            SKEP_FUNCTION_REJECTIONS(SKEP_DIAGNOSTIC_ROW) SKEP_KFUNC_REJECTIONS(SKEP_DIAGNOSTIC_ROW)
                                SKEP_HELD_REJECTIONS(SKEP_DIAGNOSTIC_ROW) SKEP_PROGRAM_REJECTIONS(SKEP_DIAGNOSTIC_ROW)
                                    SKEP_OWN_OBJECT_REJECTIONS(SKEP_DIAGNOSTIC_ROW)
                                        SKEP_REGION_REJECTIONS(SKEP_DIAGNOSTIC_ROW)};
    std::ranges::sort(rows, {}, &Diagnostic::code);
    return rows;
  }();
  return all;
}

bool is_about_moving(const Diagnostic& row) {
  static constexpr const Diagnostic* rows[] = {&UnboundedBelow::row, &MovedOutside::row, &OffsetTooLarge::row,
                                               &MovedTooFar::row, &MovesMaybeNull::row};
  return std::ranges::find(rows, &row) != std::end(rows);
}

bool is_about_values(const Diagnostic& row) {
  static constexpr const Diagnostic* rows[] = {&NotInitialised::row,
                                               &MaybeNull::row,
                                               &MayBeNegative::row,
                                               &OutsideMapValue::row,
                                               &OutsideMapKey::row,
                                               &OutsideMemory::row,
                                               &Unbounded::row,
                                               &OutsidePacket::row,
                                               &BehindPacket::row,
                                               &OutsideFlowKeys::row,
                                               &BufferOffset::row,
                                               &StackUnbounded::row,
                                               &StackBounds::row,
                                               &StackBoundsAbove::row,
                                               &StackBoundsVariable::row,
                                               &StackBoundsVariableAbove::row,
                                               &ReadsUnwritten::row,
                                               &ArgumentUnwritten::row,
                                               &ArgumentUnwrittenVariable::row,
                                               &SizeNegative::row,
                                               &SizeZero::row,
                                               &SizeUnbounded::row,
                                               &ReturnsOutside::row};
  return std::ranges::find(rows, &row) != std::end(rows) || is_about_moving(row);
}

AllowedAnswers allowed_answers(const Rejection& rejection) {
  AllowedAnswers out{INT64_MIN, INT64_MAX};
  for (const Field& f : rejection.error.fields())
    if (const auto* n = std::get_if<int64_t>(&f.value); n != nullptr) {
      if (f.name == "least") out.least = *n;
      if (f.name == "most") out.most = *n;
    }
  return out;
}

std::string_view category_of(const Diagnostic& row) {
  switch (row.code.size() > 7 ? row.code[7] : ' ') {
    case '1': return "control flow";
    case '2': return "values";
    case '3': return "memory";
    case '4': return "calls";
    case '5': return "what is held";
    case '6': return "the program as a whole";
    case '7': return "maps and kernel objects";
    case '8': return "what is owned";
    default: return "";
  }
}

}  // namespace skep::verify
