// SPDX-License-Identifier: Apache-2.0
// Exception callbacks: which function takes over when a program throws. No instruction names it; a tag of the program's
// declaration does, which libbpf reads since 1.3 and the kernel reads again:
//
//     __attribute__((btf_decl_tag("exception_callback:handles")))  -> func prog, tagged; code: prog | … | handles
//     SEC("tc") int prog(struct __sk_buff *ctx) { … bpf_throw(1); … }
//
// Surprises. A tag on a global subprogram means nothing. A program with two tags gets no callback: which one is meant
// is for the kernel to ask, and it refuses (handlers-differ). Without func_info of the program tags are not read, as in
// the kernel.
#pragma once

#include "object/code.hpp"

namespace skep::object {

class Handlers {
 public:
  // Refuses tags where no program can be; `code` must outlive this.
  static Result<Handlers> read(const Object& object, const Types& types, const Code& code);

  // The function that catches what a program throws, by the program's func; null: none.
  Result<const Function*> of(btf::TypeId program) const;

 private:
  Result<const Function*> named(std::string_view handler) const;

  const Object* object_ = nullptr;
  const Code* code_ = nullptr;
  std::multimap<btf::TypeId, std::string_view> tags_;    // what is named, by func
  std::map<std::string_view, const Function*> in_text_;  // a global one goes before a static one
};

}  // namespace skep::object
