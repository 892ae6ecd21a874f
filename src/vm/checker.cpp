// SPDX-License-Identifier: Apache-2.0
#include "vm/checker.hpp"

#include <bit>

#include "facts/map_types.hpp"

namespace skep::vm {

// A program starts with its argument and its frame pointer; raw memory's length is in r2.
static uint32_t entry_registers(const Machine& m) {
  return 1u << 1 | 1u << 10 | (m.run->context == nullptr ? 1u << 2 : 0);
}
static constexpr uint32_t caller_saved = 0b111110;  // r1 … r5

Checker::Checker(Machine& machine, Memory memory, UninitStack uninit)
    : written(entry_registers(machine)),
      m_(machine),
      stack_base_(machine.stack->base()),
      live_stack_(machine.stack->stride()),
      frame_bytes_(machine.stack->frame_bytes()),
      stack_written_(machine.stack->written()),
      memory_{reinterpret_cast<uint64_t>(memory.bytes.data()), memory.bytes.size(), true},
      context_(machine.run->context),
      uninit_(uninit) {
  if (context_ != nullptr) {
    context_size_ = context_->size();
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
  for (const auto& map : m_.run->program->maps()) {
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
    return m_.fault(FaultKind::out_of_bounds, s, address, std::move(why));
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
  return m_.fault(FaultKind::out_of_bounds, s, address, describe(address, size, access));
}

// What an address is near to, in words that help the author of the program.
std::string Checker::describe(uint64_t address, uint64_t size, Access access) const {
  auto signed_text = [](int64_t n) { return (n < 0 ? " - " : " + ") + std::to_string(n < 0 ? -n : n); };
  if (address < 4096) return "null" + (address == 0 ? std::string() : signed_text(static_cast<int64_t>(address)));
  if (address - stack_base_ < m_.stack->size()) {
    auto depth = static_cast<unsigned>((address - stack_base_) / m_.stack->stride());
    auto top = m_.stack->frame_top(std::min(depth, m_.depth));
    return "stack of frame " + std::to_string(std::min(depth, m_.depth)) + ": r10" +
           signed_text(static_cast<int64_t>(address - top)) + " for " + std::to_string(size) +
           " bytes; it reaches from r10 - " + std::to_string(frame_bytes_) + " to r10 - 1";
  }
  auto near = [&](const Region& r, std::string_view what) -> std::string {
    if (r.size == 0 && memory_.base == 0) return {};
    auto offset = static_cast<int64_t>(address - r.base);
    if (offset < -65536 || offset > static_cast<int64_t>(r.size) + 65536) return {};
    std::string text(what);
    if (offset >= 0 && static_cast<uint64_t>(offset) + size <= r.size && access == Access::write && !r.writable)
      return text + ", which this program type may not write";
    return text + signed_text(offset) + " for " + std::to_string(size) + " bytes; it holds " + std::to_string(r.size);
  };
  if (auto text = near(memory_, "memory"); memory_.base != 0 && !text.empty()) return text;
  if (context_ != nullptr)
    if (auto text = near(packet_, "packet"); !text.empty()) return text;
  return "nothing this program may touch";
}

bool Checker::load_context(const Step& s, uint64_t address, unsigned size, uint64_t& loaded) {
  auto offset = static_cast<unsigned>(address - context::virtual_base);
  auto value = context_->read(offset, size);
  if (!value)
    return m_.fault(FaultKind::out_of_bounds, s, address,
                    "context: " + context_->field_at(offset) + " cannot be read with " + std::to_string(size) + " bytes");
  loaded = *value;
  return true;
}

bool Checker::store_context(const Step& s, uint64_t address, unsigned size, uint64_t value) {
  auto offset = static_cast<unsigned>(address - context::virtual_base);
  if (context_->write(offset, size, value)) return true;
  return m_.fault(FaultKind::out_of_bounds, s, address,
                  "context: " + context_->field_at(offset) + " cannot be written with " + std::to_string(size) + " bytes");
}

bool Checker::taint_from_stack(const Step& s, uint64_t address) {
  if (uninit_ == UninitStack::fault)
    return m_.fault(FaultKind::uninitialised, s, address, "stack bytes that were never written");
  tainted |= 1u << s.dst;
  return true;
}

bool Checker::before_atomic(const Step& s, uint64_t address, unsigned size, isa::Fetch fetch) {
  if (tainted & (1u << s.dst)) return tainted_address(s, s.dst);
  if (address % size != 0) return misaligned(s, address, size);
  bool taint = (tainted & (1u << s.src)) != 0;
  if (fetch == isa::Fetch::into_r0) taint |= (tainted & 1u) != 0;
  if (in_frame(address, size)) {
    bool known = size == 8 ? all_written<uint64_t>(address) : all_written<uint32_t>(address);
    if (!known && uninit_ == UninitStack::fault)
      return m_.fault(FaultKind::uninitialised, s, address, "stack bytes that were never written");
    taint |= !known;
    if (taint) size == 8 ? mark_stack<uint64_t>(address, Written::no) : mark_stack<uint32_t>(address, Written::no);
  } else if (!in_last(address, size, Access::write)) {
    if (is_context(address))
      return m_.fault(FaultKind::out_of_bounds, s, address, "context: it takes no atomic operation");
    if (!find(s, address, size, Access::write)) return false;
    if (taint) repeatable = false;
  } else if (taint) {
    repeatable = false;
  }
  uint32_t fetched = fetch == isa::Fetch::into_src ? 1u << s.src : fetch == isa::Fetch::into_r0 ? 1u : 0;
  tainted = taint ? tainted | fetched : tainted & ~fetched;
  return true;
}

// ---- calls --------------------------------------------------------------------------------------------------------

const maps::Map* Checker::map_argument(unsigned reg) const {
  for (const auto& map : m_.run->program->maps())
    if (m_.r[reg] == reinterpret_cast<uint64_t>(map.get())) return map.get();
  return nullptr;
}

// Memory a helper reads or writes: all of it in one region, and written where it is read.
bool Checker::buffer(const Step& s, unsigned reg, uint64_t size, Access access) {
  uint64_t address = m_.r[reg];
  if (tainted & (1u << reg)) return tainted_address(s, reg);
  if (in_frame(address, size)) {
    uint8_t* marks = stack_written_ + (address - stack_base_);
    if (access == Access::write) {
      std::memset(marks, 1, size);
    } else if (std::memchr(marks, 0, size) != nullptr) {
      if (uninit_ == UninitStack::fault)
        return m_.fault(FaultKind::uninitialised, s, address,
                        "r" + std::to_string(reg) + " points to stack bytes that were never written");
      repeatable = false;
    }
    return true;
  }
  return in_last(address, size, access) || find(s, address, size, access);
}

bool Checker::sized_memory(const Step& s, const facts::Helper& row, unsigned i) {
  using enum facts::Arg;
  auto kind = row.args[i];
  uint64_t size = m_.r[i + 2];  // the size is the argument behind
  if (!(written & (1u << (i + 2)))) return never_written(s, 1u << (i + 2));
  bool may_be_zero = row.args[i + 1] == size_or_zero;
  if (size == 0 && may_be_zero) return true;
  if (size == 0 || size > (1u << 29))  // BPF_MAX_VAR_SIZ
    return m_.fault(FaultKind::out_of_bounds, s, m_.r[i + 1],
                    "size " + std::to_string(static_cast<int64_t>(size)) + " in r" + std::to_string(i + 2));
  return buffer(s, i + 1, size, kind == uninit_mem ? Access::write : Access::read);
}

bool Checker::argument(const Step& s, const facts::Helper& row, unsigned i) {
  unsigned reg = i + 1;
  facts::Arg kind = row.args[i];
  if (kind == facts::Arg::none || kind == facts::Arg::vararg) return true;
  if (!(written & (1u << reg))) return never_written(s, 1u << reg);
  auto wants = [&](std::string_view what) {
    return m_.fault(FaultKind::out_of_bounds, s, m_.r[reg],
                    std::string(row.name) + " wants " + std::string(what) + " in r" + std::to_string(reg));
  };
  switch (kind) {
    case facts::Arg::none:
    case facts::Arg::vararg: return true;
    case facts::Arg::scalar:
    case facts::Arg::size:
    case facts::Arg::size_or_zero:
      if (tainted & (1u << reg)) repeatable = false;
      return true;
    case facts::Arg::ctx: return m_.r[reg] == context::virtual_base && context_ != nullptr ? true : wants("the context");
    case facts::Arg::const_map_ptr: return map_argument(reg) != nullptr ? true : wants("a map");
    case facts::Arg::map_key: return buffer(s, reg, map_argument(1)->definition().key_size, Access::read);
    case facts::Arg::map_value: return buffer(s, reg, map_argument(1)->definition().value_size, Access::read);
    case facts::Arg::mem_or_null:
      if (m_.r[reg] == 0) return m_.r[reg + 1] == 0 ? true : wants("memory, or null with size 0");
      return sized_memory(s, row, i);
    case facts::Arg::mem:
    case facts::Arg::uninit_mem: return sized_memory(s, row, i);
  }
  std::unreachable();
}

bool Checker::call(const Step& s) {
  const facts::Helper& row = m_.run->program->helper_at(slot_of(*m_.run->program, s));
  for (unsigned i = 0; i < row.args.size(); ++i)
    if (!argument(s, row, i)) return false;
  m_.r[0] = reinterpret_cast<HelperFn>(s.imm)(*m_.run, m_.r[1], m_.r[2], m_.r[3], m_.r[4], m_.r[5]);
  if (row.rare.moves_packet && context_ != nullptr) {
    context_->packet().relocate();
    moved_packet();
  }
  last_ = {};  // a removed element's value is no region any more
  written = (written & ~caller_saved) | 1u;
  tainted &= ~(caller_saved | 1u);
  return true;
}

bool Checker::entered() {
  Frame& f = m_.frame();
  f.written = written;
  f.tainted = tainted;
  written &= caller_saved | 1u << 10;
  live_stack_ += m_.stack->stride();
  std::memset(stack_written_ + m_.depth * m_.stack->stride(), 0, m_.stack->stride());
  return true;
}

bool Checker::leave(const Step& s) {
  if (m_.depth == 0) {
    if (!(written & 1u)) return never_written(s, 1u);
    if (tainted & 1u) repeatable = false;
    return true;
  }
  const Frame& f = m_.frame();
  constexpr uint32_t callee_saved = 0b1111u << 6 | 1u << 10;
  written = (f.written & callee_saved) | (written & 1u);
  tainted = (f.tainted & callee_saved) | (tainted & 1u);
  live_stack_ -= m_.stack->stride();
  return true;
}

bool Checker::before_tail_call(const Step& s) {
  for (unsigned reg : {1u, 2u, 3u})
    if (!(written & (1u << reg))) return never_written(s, 1u << reg);
  if (tainted & (1u << 3)) repeatable = false;
  const maps::Map* map = map_argument(2);
  if (map == nullptr || map->type() != facts::MapType::prog_array)
    return m_.fault(FaultKind::out_of_bounds, s, m_.r[2], "tail_call wants a prog_array in r2");
  if (m_.r[1] != m_.arguments.r1) return m_.fault(FaultKind::out_of_bounds, s, m_.r[1], "tail_call wants the context in r1");
  return true;
}

void Checker::after_tail_call(const Step* target) {
  tainted &= ~(caller_saved | 1u);
  if (target == nullptr) {
    written = (written & ~caller_saved) | 1u;
    return;
  }
  written = entry_registers(m_);
  std::memset(stack_written_ + m_.depth * m_.stack->stride(), 0, m_.stack->stride());
}

bool Checker::before_packet_load(const Step& s) {
  if (!(written & (1u << 6))) return never_written(s, 1u << 6);
  if (context_ != nullptr && m_.r[6] == context::virtual_base) return true;
  return m_.fault(FaultKind::out_of_bounds, s, m_.r[6], "a legacy packet load wants the context in r6");
}

void Checker::after_packet_load() {
  written = (written & ~caller_saved) | 1u;
  tainted &= ~(caller_saved | 1u);
}

// ---- faults -------------------------------------------------------------------------------------------------------

bool Checker::never_written(const Step& s, uint32_t registers) {
  return m_.fault(FaultKind::uninitialised, s, 0, "register r" + std::to_string(std::countr_zero(registers)));
}

bool Checker::tainted_address(const Step& s, unsigned reg) {
  return m_.fault(FaultKind::uninitialised, s, m_.r[reg],
                  "r" + std::to_string(reg) + " comes from stack bytes that were never written");
}

bool Checker::misaligned(const Step& s, uint64_t address, unsigned size) {
  return m_.fault(FaultKind::out_of_bounds, s, address,
                  "an atomic operation on " + std::to_string(size) + " bytes wants an address that they divide");
}

}  // namespace skep::vm
