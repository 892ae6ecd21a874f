// SPDX-License-Identifier: Apache-2.0
#include "helpers/table.hpp"

#include <gtest/gtest.h>

namespace skep::helpers {
namespace {

TEST(Table, every_function_belongs_to_a_helper) {
  for (uint64_t id = 0; id < 300; ++id)
    EXPECT_TRUE(function(id) == nullptr || facts::helper_by_id(id) != nullptr) << id;
}

// What the checked interpreter cannot compare yet, no function may be given.
TEST(Table, every_argument_of_a_helper_that_has_a_function_is_compared) {
  for (const facts::Helper& h : facts::helpers())
    for (const facts::Arg& a : h.args)
      EXPECT_TRUE(function(h.id) == nullptr || a.kind <= facts::ArgKind::alloc_size_or_zero) << h.name;
}

}  // namespace
}  // namespace skep::helpers
