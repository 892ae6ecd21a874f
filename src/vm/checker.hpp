// SPDX-License-Identifier: Apache-2.0
// What the checked policy knows of one run, and everything it asks. Private to src/vm.
//
// An access is compared with the regions the program may touch, by address alone: stack frames that are live, the
// raw memory, the packet as it lies now, the values of the program's maps. Where a pointer came from is not tracked;
// gaps between frames and a packet that moves whenever a helper may have moved it keep neighbours apart.
// The context has no memory: its addresses are a range that is never mapped, answered by its facts rows.
//
// written   a register, or a byte of stack, holds what the program put there. Using any other register is a fault.
// tainted   a register was written, but from bytes that were not: its value depends on what lay there before. It may
//           be kept and computed with; as an address it is a fault, and once it decides a branch or leaves the
//           program the run is not repeatable. The stack needs one bit for both: tainted bytes count as not written.
#pragma once

#include <cstring>

#include "context/context.hpp"
#include "vm/machine.hpp"

namespace skep::vm {

enum class Access : uint8_t { read, write };
enum class Written : uint8_t { no, yes };

// Addresses this near to the context's start are meant for it, however wrong they are.
inline constexpr uint64_t context_reach = 65536;

// What is known of the registers, as sets of bits: written, and clean (written and not tainted).
class Registers {
 public:
  bool all_clean(uint32_t set) const { return (static_cast<uint32_t>(bits_ >> 32) & set) == set; }
  uint32_t not_written(uint32_t set) const { return set & ~static_cast<uint32_t>(bits_); }
  void becomes_clean(uint32_t set) { bits_ |= set * both; }
  void becomes_tainted(uint32_t set) { bits_ = (bits_ & ~(set * both)) | set; }
  void forget(uint32_t set) { bits_ &= ~(set * both); }
  void keep(uint32_t set) { bits_ &= set * both; }
  void after_call() {  // RFC 9669 section 2: r0 is the result, r1 … r5 are gone
    forget(0b111110);
    becomes_clean(1);
  }
  uint64_t bits() const { return bits_; }
  void restore(uint64_t bits, uint32_t set) { bits_ = (bits & set * both) | (bits_ & ~(set * both)); }

 private:
  static constexpr uint64_t both = 0x1'0000'0001;
  uint64_t bits_ = 0;
};

class Checker : public Machine {
 public:
  Checker(Run& run, const Limits& limits, Stack& stack, Arguments start, Memory memory, UninitStack uninit);

  Registers registers;
  bool repeatable = true;

  // One live frame's bytes: the upper half of its stride.
  bool in_frame(uint64_t address, uint64_t size) const {
    uint64_t offset = address - stack_base_;
    return offset < live_stack_ && (offset & frame_bytes_) != 0 && (offset & (frame_bytes_ - 1)) + size <= frame_bytes_;
  }
  template <class T>
  bool all_written(uint64_t address) const {
    std::make_unsigned_t<T> marks;
    std::memcpy(&marks, stack_written_ + (address - stack_base_), sizeof marks);
    return marks == static_cast<std::make_unsigned_t<T>>(0x0101010101010101);
  }
  template <class T>
  void mark_stack(uint64_t address, Written w) {
    auto marks = static_cast<std::make_unsigned_t<T>>(w == Written::yes ? 0x0101010101010101 : 0);
    std::memcpy(stack_written_ + (address - stack_base_), &marks, sizeof marks);
  }
  // The region of the access before; most accesses stay in theirs.
  bool in_last(uint64_t address, uint64_t size, Access access) const {
    return address - last_.base < last_.size && last_.size - (address - last_.base) >= size &&
           (access == Access::read || last_.writable);
  }
  bool is_context(uint64_t address) const {
    return context_ != nullptr && address - context::virtual_base + context_reach < 2 * context_reach;
  }

  bool find(const Step& s, uint64_t address, uint64_t size, Access access);  // false: a fault was recorded
  bool load_context(const Step& s, uint64_t address, unsigned size, facts::Access how, uint64_t& loaded);
  bool store_context(const Step& s, uint64_t address, unsigned size, uint64_t value);
  bool taint_from_stack(const Step& s, uint64_t address);
  bool before_atomic(const Step& s, uint64_t address, unsigned size, isa::Fetch fetch);
  bool call(const Step& s);
  bool entered();
  bool leave(const Step& s);
  bool before_tail_call(const Step& s);
  void after_tail_call(const Step* target);
  bool before_packet_load(const Step& s);
  bool use_of_unclean(const Step& s, uint32_t reads, uint32_t writes, isa::Shape shape);

  // Faults; all return false.
  bool never_written(const Step& s, uint32_t missing);
  bool tainted_address(const Step& s, unsigned reg);
  bool misaligned(const Step& s, uint64_t address, unsigned size);

 private:
  struct Region {
    uint64_t base = 0, size = 0;
    bool writable = false;
  };
  bool argument(const Step& s, const facts::Helper& row, unsigned i);
  bool sized_memory(const Step& s, const facts::Helper& row, unsigned i);
  bool buffer(const Step& s, unsigned reg, uint64_t size, Access access);
  const maps::Map* map_argument(unsigned reg) const;
  bool map_value(const Step& s, uint64_t address, uint64_t size, Access access, bool& denied);
  bool fault_in_context(const Step& s, uint64_t address, unsigned size, std::string_view done);
  void moved_packet();
  std::string describe(uint64_t address, uint64_t size, Access access) const;

  uint64_t stack_base_, live_stack_, frame_bytes_;
  uint8_t* stack_written_;
  Region last_, memory_, packet_;
  context::Context* context_;
  UninitStack uninit_;
};

}  // namespace skep::vm
