// SPDX-License-Identifier: Apache-2.0
#include "helpers/table.hpp"

#include <gtest/gtest.h>

namespace skep::helpers {
namespace {

TEST(Table, every_function_belongs_to_a_helper_whose_arguments_are_known) {
  for (uint64_t id = 0; id < 300; ++id)
    if (function(id) != nullptr) {
      const facts::Helper* row = facts::helper_by_id(id);
      ASSERT_NE(row, nullptr) << id;
      EXPECT_NE(row->returns, facts::Ret::unknown) << row->name << " would be called without checks";
    }
}

TEST(Table, every_helper_whose_arguments_are_known_has_a_function) {
  for (const facts::Helper& h : facts::helpers())
    EXPECT_TRUE(h.returns == facts::Ret::unknown || h.name == "tail_call" || function(h.id) != nullptr) << h.name;
}

}  // namespace
}  // namespace skep::helpers
