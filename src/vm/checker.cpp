// SPDX-License-Identifier: Apache-2.0
#include "vm/checker.hpp"

#include <bit>

#include "facts/map_types.hpp"

namespace skep::vm {

static constexpr uint32_t bit(unsigned reg) { return 1u << reg; }
static constexpr uint32_t callee_saved = bit(6) | bit(7) | bit(8) | bit(9) | bit(10);
static constexpr uint32_t arguments_and_frame = bit(1) | bit(2) | bit(3) | bit(4) | bit(5) | bit(10);

// A program starts with its argument and its frame pointer; raw memory's length is in r2.
static uint32_t entry_registers(const Run& run) { return bit(1) | bit(10) | (run.context == nullptr ? bit(2) : 0); }

Checker::Checker(Run& run_, const Limits& limits_, Stack& stack_, Arguments start, Memory memory, UninitStack uninit)
    : Machine(run_, limits_, stack_, start),
      stack_base_(stack_.base()),
      live_stack_(stack_.stride()),
      frame_bytes_(stack_.frame_bytes()),
      stack_written_(stack_.written()),
      memory_{reinterpret_cast<uint64_t>(memory.bytes.data()), memory.bytes.size(), true},
      context_(run_.context),
      uninit_(uninit) {
  registers.becomes_clean(entry_registers(run_));
  if (context_ != nullptr) {
    moved_packet();
  }
}

void Checker::moved_packet() {
  const auto& packet = context_->packet();
  auto start = reinterpret_cast<uint64_t>(packet.data_meta());
  packet_ = {start, reinterpret_cast<uint64_t>(packet.data_end()) - start, context_->packet_writable()};
  last_ = {};
}

// ---- memory -------------------------------------------------------------------------------------------------------

bool Checker::map_value(const Step& s, uint64_t address, uint64_t size, Access access, bool& denied) {
  for (const auto& map : run->program->maps()) {
    auto at = map->value_at(reinterpret_cast<const void*>(address));
    if (!at) continue;
    Region value{reinterpret_cast<uint64_t>(at->base), at->size, map->programs_may_write()};
    bool allowed = access == Access::read ? map->programs_may_read() : value.writable;
    if (allowed && value.base + value.size - address >= size) {
      if (map->programs_may_read()) last_ = value;
      return true;
    }
    denied = true;
    std::string why = "value of map " + map->definition().name;
    if (!allowed)
      why += access == Access::read ? ", which programs may not read" : ", which programs may not write";
    else
      why += ": bytes " + std::to_string(address - value.base) + " to " +
             std::to_string(address - value.base + size - 1) + " of " + std::to_string(value.size);
    return fault(FaultKind::out_of_bounds, s, address, std::move(why));
  }
  return false;
}

bool Checker::find(const Step& s, uint64_t address, uint64_t size, Access access) {
  for (const Region& region : {memory_, packet_})
    if (region.size != 0 && address - region.base < region.size && region.size - (address - region.base) >= size &&
        (access == Access::read || region.writable)) {
      last_ = region;
      return true;
    }
  bool denied = false;
  if (map_value(s, address, size, access, denied)) return true;
  if (denied) return false;
  return fault(FaultKind::out_of_bounds, s, address, describe(address, size, access));
}

// "byte 4000 of the packet, which has 86 bytes": what an address is near to, in words for the program's author.
std::string Checker::describe(uint64_t address, uint64_t size, Access access) const {
  auto range = [&](int64_t first, auto&& place) {
    auto last = first + static_cast<int64_t>(size) - 1;
    return (size == 1 ? "byte " : "bytes ") + place(first) + (size == 1 ? "" : " to " + place(last));
  };
  if (address < 4096)
    return "null" + (address == 0 ? std::string() : " + " + std::to_string(address)) +
           "; a pointer that may be null is compared with 0 before it is used";
  if (address - stack_base_ < stack->size()) {
    auto frame_number = std::min(static_cast<unsigned>((address - stack_base_) / stack->stride()), depth);
    auto from_r10 = [](int64_t n) { return (n < 0 ? "r10 - " : "r10 + ") + std::to_string(n < 0 ? -n : n); };
    return range(static_cast<int64_t>(address - stack->frame_top(frame_number)), from_r10) + "; frame " +
           std::to_string(frame_number) + " has r10 - " + std::to_string(frame_bytes_) + " to r10 - 1";
  }
  auto near = [&](const Region& r, std::string_view what) -> std::string {
    auto offset = static_cast<int64_t>(address - r.base);
    if (r.base == 0 || offset < -65536 || offset > static_cast<int64_t>(r.size) + 65536) return {};
    std::string text = range(offset, [](int64_t n) { return std::to_string(n); }) + " of the " + std::string(what);
    if (offset >= 0 && static_cast<uint64_t>(offset) + size <= r.size && access == Access::write && !r.writable)
      return text + ", which programs of this type may not write";
    return text + ", which has " + std::to_string(r.size) + (r.size == 1 ? " byte" : " bytes");
  };
  if (auto text = near(memory_, "memory"); !text.empty()) return text;
  if (auto text = near(packet_, "packet"); !text.empty()) return text;
  return "nothing this program may touch";
}

bool Checker::load_context(const Step& s, uint64_t address, unsigned size, facts::Access how, uint64_t& loaded) {
  auto offset = static_cast<int64_t>(address - context::virtual_base);
  auto value = context_->read(offset, size, how);
  if (!value) return fault_in_context(s, address, size, "read");
  const unsigned above = how == facts::Access::read_sign_extended ? 64 - 8 * size : 0;
  loaded = static_cast<uint64_t>(static_cast<int64_t>(*value << above) >> above);
  return true;
}

bool Checker::store_context(const Step& s, uint64_t address, unsigned size, uint64_t value) {
  auto offset = static_cast<int64_t>(address - context::virtual_base);
  return context_->write(offset, size, value) || fault_in_context(s, address, size, "written");
}

bool Checker::fault_in_context(const Step& s, uint64_t address, unsigned size, std::string_view done) {
  auto offset = static_cast<int64_t>(address - context::virtual_base);
  std::string field = context_->field_at(offset);
  if (offset < 0 || offset >= static_cast<int64_t>(context_->size()))
    return fault(FaultKind::out_of_bounds, s, address,
                 "byte " + std::to_string(offset) + " of the context, which has " + std::to_string(context_->size()));
  if (field.empty()) field = "byte " + std::to_string(offset);
  return fault(
      FaultKind::out_of_bounds, s, address,
      "context: " + field + " cannot be " + std::string(done) + " with " + std::to_string(size) + " bytes here");
}

bool Checker::taint_from_stack(const Step& s, uint64_t address) {
  if (uninit_ == UninitStack::fault)
    return fault(FaultKind::uninitialised, s, address, "stack bytes that were never written");
  registers.becomes_tainted(bit(s.dst));
  return true;
}

bool Checker::before_atomic(const Step& s, uint64_t address, unsigned size, isa::Fetch fetch) {
  if (address % size != 0) return misaligned(s, address, size);
  bool taint = !registers.all_clean(bit(s.src) | (fetch == isa::Fetch::into_r0 ? bit(0) : 0));
  if (in_frame(address, size)) {
    bool known = size == 8 ? all_written<uint64_t>(address) : all_written<uint32_t>(address);
    if (!known && uninit_ == UninitStack::fault)
      return fault(FaultKind::uninitialised, s, address, "stack bytes that were never written");
    taint |= !known;
    if (taint) size == 8 ? mark_stack<uint64_t>(address, Written::no) : mark_stack<uint32_t>(address, Written::no);
  } else {
    if (is_context(address))
      return fault(FaultKind::out_of_bounds, s, address, "context: it takes no atomic operation");
    if (!in_last(address, size, Access::write) && !find(s, address, size, Access::write)) return false;
    if (taint) repeatable = false;
  }
  if (fetch != isa::Fetch::nothing) {
    uint32_t fetched = fetch == isa::Fetch::into_src ? bit(s.src) : bit(0);
    taint ? registers.becomes_tainted(fetched) : registers.becomes_clean(fetched);
  }
  return true;
}

// ---- calls --------------------------------------------------------------------------------------------------------

const maps::Map* Checker::map_argument(unsigned reg) const {
  for (const auto& map : run->program->maps())
    if (r[reg] == reinterpret_cast<uint64_t>(map.get())) return map.get();
  return nullptr;
}

// Memory a helper reads or writes: all of it in one region, and written where it is read.
bool Checker::buffer(const Step& s, unsigned reg, uint64_t size, Access access) {
  uint64_t address = r[reg];
  if (!registers.all_clean(bit(reg))) return tainted_address(s, reg);
  if (in_frame(address, size)) {
    uint8_t* marks = stack_written_ + (address - stack_base_);
    if (access == Access::write) {
      std::memset(marks, 1, size);
    } else if (std::memchr(marks, 0, size) != nullptr) {
      if (uninit_ == UninitStack::fault)
        return fault(FaultKind::uninitialised, s, address,
                     "r" + std::to_string(reg) + " points to stack bytes that were never written");
      repeatable = false;
    }
    return true;
  }
  return in_last(address, size, access) || find(s, address, size, access);
}

static bool writes(const facts::Arg& arg) { return arg.use == facts::Use::writes || arg.use == facts::Use::fills; }

bool Checker::sized_memory(const Step& s, const facts::Helper& row, unsigned i) {
  uint64_t size = r[i + 2];  // the size is the argument behind
  if (registers.not_written(bit(i + 2))) return never_written(s, bit(i + 2));
  bool may_be_zero = row.args[i + 1].kind == facts::ArgKind::size_or_zero;
  if (size == 0 && may_be_zero) return true;
  if (size == 0 || size > (1u << 29))  // BPF_MAX_VAR_SIZ
    return fault(FaultKind::out_of_bounds, s, r[i + 1],
                 "size " + std::to_string(static_cast<int64_t>(size)) + " in r" + std::to_string(i + 2));
  return buffer(s, i + 1, size, writes(row.args[i]) ? Access::write : Access::read);
}

bool Checker::argument(const Step& s, const facts::Helper& row, unsigned i) {
  using enum facts::ArgKind;
  unsigned reg = i + 1;
  const facts::Arg& arg = row.args[i];
  if (arg.kind == none || arg.kind == vararg) return true;
  if (registers.not_written(bit(reg))) return never_written(s, bit(reg));
  auto wants = [&](std::string_view what) {
    return fault(FaultKind::out_of_bounds, s, r[reg],
                 std::string(row.name) + " wants " + std::string(what) + " in r" + std::to_string(reg));
  };
  if (arg.or_null && r[reg] == 0)
    return arg.kind != mem || r[reg + 1] == 0 ? true : wants("memory, or null with size 0");
  Access access = writes(arg) ? Access::write : Access::read;
  switch (arg.kind) {
    case none:
    case vararg: return true;
    case anything:
    case size:
    case size_or_zero:
    case alloc_size_or_zero:
      if (!registers.all_clean(bit(reg))) repeatable = false;
      return true;
    case ctx:
      return r[reg] == (context_ != nullptr ? context::virtual_base : arguments.r1) ? true : wants("the context");
    case const_map_ptr: return map_argument(reg) != nullptr ? true : wants("a map");
    case map_key: return buffer(s, reg, map_argument(1)->definition().key_size, access);
    case map_value: return buffer(s, reg, map_argument(1)->definition().value_size, access);
    case fixed_mem: return buffer(s, reg, arg.bytes, access);
    case mem: return sized_memory(s, row, i);
    case ringbuf_mem:
    case spin_lock:
    case sock_common:
    case socket:
    case btf_sock_common:
    case btf_id:
    case percpu_btf_id:
    case func:
    case stack:
    case const_str:
    case timer:
    case kptr:
    case dynptr:
      return fault(
          FaultKind::not_executable, s, r[reg],
          std::string(row.name) + " takes in r" + std::to_string(reg) + " what the user engine does not have yet");
  }
  std::unreachable();
}

bool Checker::call(const Step& s) {
  const facts::Helper& row = run->program->helper_at(slot_of(*run->program, s));
  for (unsigned i = 0; i < row.args.size(); ++i)
    if (!argument(s, row, i)) return false;
  if (s.imm == 0)
    return fault(FaultKind::not_executable, s, 0,
                 "the user engine does not have the helper " + std::string(row.name) + " yet");
  r[0] = reinterpret_cast<HelperFn>(s.imm)(*run, r[1], r[2], r[3], r[4], r[5]);
  if (row.rare.moves_packet && context_ != nullptr) {
    context_->packet().relocate();
    moved_packet();
  }
  last_ = {};  // a removed element's value is no region any more
  registers.after_call();
  return true;
}

bool Checker::entered() {
  frame().known = registers.bits();
  registers.keep(arguments_and_frame);
  live_stack_ += stack->stride();
  std::memset(stack_written_ + depth * stack->stride(), 0, stack->stride());
  return true;
}

bool Checker::leave(const Step& s) {
  if (depth == 0) {
    if (registers.not_written(bit(0))) return never_written(s, bit(0));
    if (!registers.all_clean(bit(0))) repeatable = false;
    return true;
  }
  registers.forget(arguments_and_frame);
  registers.restore(frame().known, callee_saved);
  live_stack_ -= stack->stride();
  return true;
}

bool Checker::before_tail_call(const Step& s) {
  if (uint32_t missing = registers.not_written(bit(1) | bit(2) | bit(3))) return never_written(s, missing);
  if (!registers.all_clean(bit(3))) repeatable = false;
  const maps::Map* map = map_argument(2);
  if (map == nullptr || map->type() != facts::MapType::prog_array)
    return fault(FaultKind::out_of_bounds, s, r[2], "tail_call wants a prog_array in r2");
  if (r[1] != arguments.r1) return fault(FaultKind::out_of_bounds, s, r[1], "tail_call wants the context in r1");
  return true;
}

void Checker::after_tail_call(const Step* target) {
  registers.after_call();
  if (target == nullptr) return;
  registers.keep(bit(10));
  registers.becomes_clean(entry_registers(*run));
  last_ = {};
  std::memset(stack_written_ + depth * stack->stride(), 0, stack->stride());
}

bool Checker::before_packet_load(const Step& s) {
  if (registers.not_written(bit(6))) return never_written(s, bit(6));
  if (context_ != nullptr && r[6] == context::virtual_base) return true;
  return fault(FaultKind::out_of_bounds, s, r[6], "a legacy packet load wants the context in r6");
}

// An operation that reads a register which is tainted, or was never written.
bool Checker::use_of_unclean(const Step& s, uint32_t reads, uint32_t writes, isa::Shape shape) {
  if (uint32_t missing = registers.not_written(reads)) return never_written(s, missing);
  switch (shape) {
    case isa::Shape::branch: repeatable = false; return true;
    case isa::Shape::load: return tainted_address(s, s.src);
    case isa::Shape::store:
    case isa::Shape::atomic: return registers.all_clean(bit(s.dst)) ? true : tainted_address(s, s.dst);
    case isa::Shape::packet: return tainted_address(s, s.src);
    case isa::Shape::alu:
    case isa::Shape::constant:
    case isa::Shape::jump:
    case isa::Shape::call:
    case isa::Shape::exit:
    case isa::Shape::none: registers.becomes_tainted(writes); return true;
  }
  std::unreachable();
}

// ---- faults -------------------------------------------------------------------------------------------------------

bool Checker::never_written(const Step& s, uint32_t missing) {
  return fault(FaultKind::uninitialised, s, 0,
               "register r" + std::to_string(std::countr_zero(missing)) + " was never written");
}

bool Checker::tainted_address(const Step& s, unsigned reg) {
  return fault(FaultKind::uninitialised, s, r[reg],
               "r" + std::to_string(reg) + " comes from stack bytes that were never written");
}

bool Checker::misaligned(const Step& s, uint64_t address, unsigned size) {
  return fault(FaultKind::out_of_bounds, s, address,
               "an atomic operation on " + std::to_string(size) + " bytes wants an address that they divide");
}

}  // namespace skep::vm
