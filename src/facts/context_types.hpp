// SPDX-License-Identifier: Apache-2.0
// The context structures as BTF, made of their rows (contexts.hpp): what programs with CO-RE relocations find where no
// kernel's types are there.
#pragma once

#include "btf/types.hpp"

namespace skep::facts {

btf::Shared context_types();

}  // namespace skep::facts
