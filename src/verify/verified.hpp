// SPDX-License-Identifier: Apache-2.0
// What may run: programs of a module that were accepted, each with its Proof. Only verify() makes one, and what runs
// programs takes nothing else (but for doors that are called unchecked).
//
//     auto accepted = verify(module, target, {.program = 3});
//     if (!accepted) print(accepted.error().verdict.rejection->error.text());
//
// Immutable once made; copies share what they hold.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <vector>

#include "module/proof.hpp"
#include "verify/verify.hpp"

namespace skep::verify {

// What is asked beside module and target.
struct Terms {
  std::optional<std::size_t> program = {};  // only this one, and those it can tail-call at first; nothing: all
  std::size_t judged = SIZE_MAX;            // or so many, from the first
  Options options = {};
  uint64_t memory_bytes = 0;                       // of raw programs
  std::function<btf::Shared()> kernel_types = {};  // asked where a program is not accepted without them
};

// The first program that is not accepted.
struct Refused {
  std::size_t prog;
  Verdict verdict;
};

// Whether an error of this kind is the verifier's "no": not one of what it does not know.
bool refuses(const Diagnostic& row);

class Verified {
 public:
  const std::shared_ptr<const module::Module>& module() const { return module_; }
  // By index of Module::progs; null: it was not asked about.
  const std::shared_ptr<const module::Proof>& proof(std::size_t prog) const { return proofs_[prog]; }
  const Effort& effort(std::size_t prog) const { return effort_[prog]; }
  uint64_t memory_bytes() const { return memory_bytes_; }

 private:
  friend std::expected<Verified, Refused> verify(std::shared_ptr<const module::Module>, const facts::Target&,
                                                 const Terms&);
  Verified(std::shared_ptr<const module::Module> module, uint64_t memory_bytes)
      : module_(std::move(module)),
        proofs_(module_->progs.size()),
        effort_(module_->progs.size()),
        memory_bytes_(memory_bytes) {}

  std::shared_ptr<const module::Module> module_;
  std::vector<std::shared_ptr<const module::Proof>> proofs_;
  std::vector<Effort> effort_;
  uint64_t memory_bytes_;
};

std::expected<Verified, Refused> verify(std::shared_ptr<const module::Module> module, const facts::Target& target,
                                        const Terms& terms = {});

}  // namespace skep::verify
