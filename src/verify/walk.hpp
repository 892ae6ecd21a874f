// SPDX-License-Identifier: Apache-2.0
// The walk: every path of a program is followed with what is known of its values, until it ends, is refused, or comes
// to where an older path was with less known. Private to verify; verify.hpp is the way in.
//
// Order decides verdicts (the limit counts processed instructions), so it is Linux's: depth first; at a conditional
// jump the taken path is put aside and the other one followed; what was put aside last is taken up first.
//
// step() is the only switch. Three questions have their places: may it (access.cpp, arguments.cpp: rules of memory and
// calls), what then (alu.cpp, branch.cpp, stack.cpp, call.cpp), seen before (seen.cpp, same.cpp).
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "facts/contexts.hpp"
#include "facts/helper_ids.hpp"
#include "facts/helpers.hpp"
#include "facts/target.hpp"
#include "module/module.hpp"
#include "verify/errors.hpp"
#include "verify/fields.hpp"
#include "verify/flow.hpp"
#include "verify/functions.hpp"
#include "verify/kfuncs.hpp"
#include "verify/precision.hpp"
#include "verify/proof_notes.hpp"
#include "verify/recorder.hpp"
#include "verify/same.hpp"
#include "verify/stack_depth.hpp"
#include "verify/stack_liveness.hpp"
#include "verify/state.hpp"
#include "verify/verify.hpp"
#include "verify/walk_errors.hpp"

namespace skep::verify {

// A map as programs see it; those behind the module's own are what maps of maps hold.
struct MapView {
  const module::MapDef* def;
  const facts::MapTypeRow* row;
  uint32_t inner = 0;  // index of what its elements are; 0: no maps
  std::vector<MapField> fields = {};
};

enum class Do : uint8_t { read, write };
enum class Zero : uint8_t { refused, allowed };  // a size of nothing
enum class Direct : uint8_t { no, yes };         // by a load or store; no: by a helper
enum class Bits : uint8_t { whole, low };
enum class Answers : uint8_t { zero, any };
enum class Asleep : uint8_t { no, yes };  // where sleeping is allowed

struct Access {
  unsigned reg;     // that holds the address
  int32_t off = 0;  // added to it
  unsigned size = 0;
  Do what = Do::read;
  int value = -1;  // the register loaded or stored; -1: a constant, or none
  bool sign_extends = false;
  bool strict = false;  // must be aligned on every machine
};

// Memory that a helper fills: it need not be initialised before, and is data afterwards.
struct Raw {
  int reg = 0;
  uint64_t size = 0;
};

// What is learned of a call while its arguments are looked at.
struct Call {
  int32_t id;
  const facts::Helper* helper;
  std::optional<uint32_t> map = {};
  int32_t map_uid = 0;
  std::optional<uint64_t> key = {};  // a known key of an array
  uint64_t mem_size = 0;
  uint64_t largest_size = 0;
  uint32_t ref = 0;       // the acquired object among the arguments
  unsigned release = 0;   // the argument that is given up
  uint32_t callback = 0;  // subprogram
  Raw raw = {};
  std::optional<MapField> kptr = {};  // the field among the arguments
  Reg per_cpu = {};                   // the per-CPU argument
  uint32_t dynptr = 0;                // the id of the dynptr among the arguments
  bool moves_packet = false;          // this call, besides what the helper's row says
  std::string name() const { return "bpf_" + std::string(helper->name); }
};

// Where an iterator lives: slots of a frame's stack, of which the last has the lowest address and says its state.
struct IterSlots {
  uint32_t frame, first, last;
};

// The same of a call of a kernel function.
struct KfuncCall {
  const KernelFunction& function;
  uint32_t ref = 0;      // the acquired object among the arguments
  unsigned release = 0;  // the argument that is given up
  uint32_t callback = 0;
  std::optional<uint64_t> constant = {};
  uint64_t result_size = 0;
  bool result_writable = false;
  bool size_taken = false;  // the argument just looked at was memory, and the next one its size
  btf::TypeId object = 0;   // of the program: what a counted reference is to
  bool object_owned = false;
  std::optional<MapField> root = {};  // the list or the tree among the arguments
  unsigned work = 0;                  // the argument that is work in a map's value
  Reg dynptr = {};                    // the dynptr among the arguments
  IterSlots iterator = {};
};

class Walk {
 public:
  // `recorder` and `notes` may be null.
  Walk(const Question& question, Flow flow, const Kfuncs& kfuncs, Recorder* recorder, ProofNotes* notes);

  Result<void> run();

  Effort effort;
  const Flow& flow() const { return flow_; }
  const FrameUse& frames() const { return frames_; }
  uint32_t at() const { return at_; }  // the instruction looked at last
  std::size_t bytes() const;           // of memory taken, which is never given back before the end
  // Linux puts the loop in the place of some calls of bpf_loop, which takes stack in their functions.
  uint32_t loops_stack() const;
  // Linux removes functions that nothing enters, and then misses those whose address is taken.
  Result<void> functions_left() const;
  std::optional<uint32_t> missing_kfunc() const { return missing_kfunc_; }  // reached although the target lacks it

 private:
  // walk.cpp: the loop
  void begin_at(uint32_t subprog);
  Result<void> walk_main();
  Result<void> walk_global(uint32_t subprog);
  Result<void> walk();
  Result<void> step();
  Result<void> goes(const isa::Insn& i);
  Result<void> call(const isa::Insn& i);
  Result<void> reserved_fields();
  enum class More : uint8_t { no, yes };
  More next_path();
  void forget_explored();
  void go_to(uint32_t insn) { next_ = insn; }
  void jump(int64_t distance) { next_ = static_cast<uint32_t>(int64_t{at_} + 1 + distance); }
  struct Aside {
    State* state;
    uint32_t insn, previous;
  };
  enum class Waits : uint8_t { branch, round, refused_lock, later_callback, masked };
  Result<State*> put_aside(uint32_t insn, uint32_t from, Waits what = Waits::branch);  // a copy of the current state
  Result<void> walk_later(const Aside& a, Waits what);
  Step& note_step();
  bool is_global(uint32_t subprog) const;
  static CallChain chain_of(const State& s);

  // seen.cpp: checkpoints and loops
  enum class Match : uint8_t { none, safe, another_round };
  enum class Rounds : uint8_t { over, go_on };
  struct LoopKey {  // the calls that led to a loop, and the loop
    std::array<uint32_t, most_frames> callsites = {};
    uint32_t loop = 0;
    auto operator<=>(const LoopKey&) const = default;
  };
  struct BackEdge {
    State *from, *covered_by;
  };
  struct Loop {
    State* entry = nullptr;
    std::vector<BackEdge> back_edges;
  };
  Result<bool> seen_before();
  Result<Match> compare_with_ancestor(State& old, bool force, bool& add);
  Result<void> covered_by(State& old, Rounds rounds);
  void add_checkpoint();
  Result<void> path_ended();
  void clean(State& s);
  void bury(State& s);
  State*& bucket(uint32_t insn);
  State* previous_round(uint32_t insn, const State* but);  // of the loop the path is in
  void widen(const State& old, State& s);                  // numbers that changed and that nobody asked for
  std::optional<LoopKey> loop_of(const State& s) const;
  Loop* visited(const State& s);
  void enter_loop(State& s);
  Result<void> leave_loop(State& s);
  bool has_back_edges(const State& s);

  // registers
  Result<void> need(unsigned r) const {  // it may be read
    if (cur_->frame().regs[r].kind == RegKind::not_init) return fail(NotInitialised{.r = {static_cast<uint8_t>(r)}});
    return {};
  }
  Result<void> need_writable(unsigned r) const {
    if (r == 10) return fail(FrameIsReadOnly{.r = {10}});
    return {};
  }
  Reg& reg(unsigned r) { return cur_->frame().regs[r]; }
  uint32_t new_id() { return ++ids_; }
  void give_id(Reg& r);  // before a number is copied
  bool leaks(const Reg& r) const { return !sw_.allow_ptr_leaks && r.is_pointer(); }
  bool numbers_start_precise() const { return !sw_.bpf_capable; }
  void set(unsigned r, const Reg& v) {
    reg(r) = v;
    reg(r).precise = numbers_start_precise() && v.is_scalar();
  }
  void set_number(unsigned r, uint64_t v) { set(r, Reg::number(v)); }
  void set_unknown(unsigned r) { set(r, Reg::any_number()); }
  void clear_caller_saved();

  // alu.cpp
  Result<void> alu(const isa::Insn& i, const isa::Row& row);
  Result<void> move(const isa::Insn& i, const isa::Row& row);
  Result<void> arithmetic(const isa::Insn& i, const isa::Row& row);
  void keep_relation(Reg& dst, const isa::Row& row, const Reg& amount, bool was_narrow) const;
  Result<void> move_pointer(const isa::Insn& i, const isa::Row& row, const Reg& pointer, const Reg& amount);
  Result<void> movable(const Reg& pointer, const Reg& amount, unsigned dst, isa::Alu op) const;
  Result<void> sane_offset(const Reg& r, const Reg& pointer) const;
  Result<void> stays_inside(unsigned regno);
  Result<void> cast_address_space(const isa::Insn& i);

  // branch.cpp
  Result<void> branch(const isa::Insn& i, const isa::Row& row);
  Result<void> may_goto(const isa::Insn& i);
  Taken decide_jump(const isa::Row& row, const Reg& a, const Reg& b) const;
  void learn(const isa::Insn& i, const isa::Row& row, State& s, Edge edge, const Reg& immediate);
  void spread(State& s, const Reg& known, const Linked& linked) const;
  Result<void> learn_of_pointers(const isa::Insn& i, const isa::Row& row, State& falls, State& jumps);
  bool packet_compared(const isa::Insn& i, isa::Cmp op, State& falls, State& jumps);
  void null_tested(State& s, unsigned r, bool is_null);
  void not_null(Reg& r) const;

  // guesses.cpp: what only a processor that guesses does
  enum class Fence : uint8_t { none, before, behind };
  struct Mask {  // of a register that moves a pointer
    uint8_t how = 0;
    bool leftwards = false;
    uint32_t limit = 0;
    bool operator==(const Mask& o) const { return how == o.how && limit == o.limit; }
  };
  Result<void> step_guarded();
  Result<void> guess_branch(const isa::Insn& i, bool by_register, uint32_t insn);
  bool masks(const isa::Row& row) const;
  Result<void> set_mask(const isa::Insn& i, isa::Alu op, Mask m);
  Result<void> mask_number(const isa::Insn& i, const isa::Row& row);
  Result<uint32_t> room(const isa::Insn& i, isa::Alu op, const Reg& p, bool leftwards);
  Result<Mask> guess_move(const isa::Insn& i, isa::Alu op, const Reg& pointer, const Reg& amount);
  Result<void> keep_mask(const isa::Insn& i, isa::Alu op, Mask m);
  void fence_store();

  // access.cpp: loads, stores
  Result<void> load(const isa::Insn& i, const isa::Row& row);
  Result<void> store(const isa::Insn& i, const isa::Row& row);
  Result<void> atomic(const isa::Insn& i, const isa::Row& row);
  Result<void> atomic_allowed(unsigned r, std::string_view how) const;
  Result<void> one_kind(RegType now, bool trust_may_differ);
  Result<void> aligned(const Access& a) const;
  Result<void> access(const Access& a);
  Result<void> touch_memory(const Access& a, const Reg& r, int64_t off);
  Result<void> within_region(unsigned r, int64_t off, uint64_t size, uint64_t region, Zero zero);
  Result<void> within_packet(unsigned r, int64_t off, uint64_t size, Zero zero);
  Result<void> unmoved(const Reg& r, unsigned regno, bool fixed_ok) const;
  bool may_touch_packet(Do what) const;

  // regions.cpp: what lies behind pointers
  Result<void> access_context(const Access& a, int64_t off);
  Result<void> access_socket(const Access& a, int64_t off);
  Result<void> access_flow_keys(const Access& a, int64_t off);
  Result<void> access_buffer(const Access& a, int64_t off);
  Result<void> access_map_value(const Access& a, int64_t off);
  Result<void> within_map_value(unsigned r, int64_t off, uint64_t size, Zero zero, Direct direct);
  Result<void> map_flags_allow(unsigned r, int64_t off, uint64_t size, Do what);
  Result<void> constant(const isa::Insn& i);
  Result<void> packet_load(const isa::Insn& i, const isa::Row& row);

  // kernel_objects.cpp: pointers typed by BTF
  enum class Nested : uint8_t { no, yes };
  Result<void> access_btf(const Access& a, int64_t off);
  Result<void> object_readable(const Access& a, int64_t off) const;
  Result<void> write_member(const Access& a, int64_t off) const;
  Result<void> access_map_object(const Access& a, int64_t off);
  Result<void> take_variable(const isa::Insn& i);
  RegFlags flags_of_member(const Reg& from, std::string_view member, btf::TypeId to, RegFlags tags) const;
  const btf::Btf* types_of(Types which) const;
  const btf::Btf* types_of(const Reg& r) const { return types_of(static_cast<Types>(r.extra)); }
  std::string struct_name(btf::TypeId id, Types which) const;
  btf::TypeId kernel_struct(std::string_view name) const;
  bool is_struct(const Reg& r, btf::TypeId wanted, Nested may_be_nested) const;  // at the place it points to
  Result<void> argument_struct(unsigned regno, const facts::Arg& arg, const Call& call) const;
  Result<void> returns_kernel_object(Call& call, RegFlags flags);

  // hooks.cpp: what a program is attached to, as a prototype
  struct Hook {
    btf::TypeId prototype = 0;  // 0: not known
    unsigned skipped = 0;       // leading parameters that programs do not see
    std::string name = {};
    std::string function = {};  // the kernel's own that stands for it: "bpf_lsm_file_open", "bpf_iter_task"
    Types of = Types::kernel;   // program: it is a function of a program of the module
  };
  Hook find_hook() const;
  btf::TypeId kernels_context(std::string_view seen) const;
  std::string no_hook() const;  // what is not known where there is no prototype
  Reg answered_so_far(const Reg& old) const;
  Result<void> access_arguments(const Access& a, int64_t off);  // a context of typed arguments
  Result<Reg> typed_argument(unsigned index, const Access& a, int64_t off) const;
  RegFlags argument_flags() const;
  bool may_be_null(unsigned index) const;
  Result<void> hook_returns(unsigned answer_register);

  // map_fields.cpp: locks, timers, kptrs in map values
  struct LockAt {
    uint32_t id, object;
  };
  std::span<const MapField> map_fields(uint32_t map) const;
  const MapField* map_field_at(uint32_t map, int64_t off) const;
  bool map_holds_lock(uint32_t map) const;
  bool map_has_work(uint32_t map) const;
  bool map_has_private_objects(uint32_t map) const;
  std::span<const MapField> fields_behind(const Reg& r);
  bool may_hold_lock(const Reg& r);
  Result<void> field_argument(unsigned regno, FieldKind kind, std::string_view what);
  LockAt lock_at(unsigned regno) const;
  Result<void> lock(unsigned regno, Held kind);
  Result<void> unlock(unsigned regno, Held kind);
  void forget_borrowed();
  void spoil(Reg& r) const;  // it may not be used any more
  RegFlags kptr_flags(const MapField& field) const;
  bool in_rcu_section() const;
  bool suits_kptr(unsigned regno, const MapField& field) const;
  std::string held_by(const MapField& field) const;
  std::string put_into(const MapField& f, const Reg& r) const;
  bool is_kind_of_kptr(const Reg& r, const MapField& f) const;
  Result<void> beside_fields(const Reg& r, int64_t off, uint64_t size, Direct direct) const;
  Result<void> access_kptr(const Access& a, const MapField& field);
  Result<void> lock_argument(unsigned regno, Call& call);
  Result<void> timer_argument(unsigned regno, Call& call);
  Result<void> work_argument(unsigned regno, FieldKind kind, KfuncCall& call);
  Result<void> map_of_work(unsigned regno, const KfuncCall& call) const;
  Result<void> res_lock_argument(unsigned regno, const KfuncCall& call);
  Result<void> kptr_argument(unsigned regno, Call& call);

  // dynptrs.cpp
  Result<void> dynptr_argument(unsigned regno, const facts::Arg& arg, Call& call);
  Result<Reg> given_dynptr(unsigned regno);
  Result<void> fill_dynptr(unsigned regno, DynptrKind kind, uint32_t cloned_ref);
  Result<void> kfunc_dynptr(unsigned regno, const KfuncParam& p, KfuncCall& call);
  Result<unsigned> dynptr_slot(unsigned regno,
                               std::string_view asked = {}) const;  // the first of its two: the higher index
  Reg* dynptr_behind(unsigned regno);                               // null: none is there
  Result<void> make_dynptr(unsigned regno, DynptrKind kind, uint32_t cloned_ref);
  Result<void> release_dynptr(Call& call);
  Result<void> overwrite_dynptr(Frame& f, unsigned slot);
  void drop_dynptr(Frame& f, unsigned slot);
  Result<void> dynptr_helper(Call& call);

  // strings.cpp
  Result<void> string_argument(unsigned regno);
  Result<std::string> constant_string(const Reg& r) const;
  Result<void> check_format(Call& call);

  // stack.cpp
  Result<void> access_stack(const Access& a, int64_t off);
  Result<void> stack_bounds(unsigned r, int64_t off, int64_t size, Do what);
  void grow_stack(Frame& f, int64_t low);
  void spill(Frame& f, unsigned slot, const Reg& r, unsigned size);
  Result<void> write_stack(Frame& f, int64_t off, unsigned size, int value);
  Result<void> write_stack_somewhere(Frame& f, const Reg& pointer, int64_t off, const Access& a);
  Result<void> readable(Frame& f, int64_t off, unsigned size, bool of_number);
  Result<void> read_stack(Frame& f, int64_t off, unsigned size, int into);
  void read_bytes(Frame& f, int64_t low, int64_t high, unsigned into);
  // Memory handed to a helper: initialised where it reads, what becomes of it where it writes.
  Result<void> stack_argument(unsigned r, int64_t off, uint64_t size, Zero zero, Do what, Raw* raw);
  void note_stack(const Frame& f, unsigned slot);
  void slot_read(const Frame& f, unsigned slot);
  void slot_written(const Frame& f, unsigned slot);
  void touch(const Frame& f, int64_t off) { frames_.touch(f.subprog, at_, off); }

  // arguments.cpp
  Result<void> argument(unsigned regno, Call& call);
  Result<void> argument_kind(unsigned regno, const facts::Arg& arg, RegType type) const;
  Result<void> argument_type(unsigned regno, const facts::Arg& arg, const Call& call) const;
  Result<void> argument_offset(unsigned regno, const facts::Arg& arg) const;
  Result<void> argument_value(unsigned regno, const facts::Arg& arg, Call& call);
  Result<void> size_argument(unsigned regno, Do what, Zero zero, Raw* raw);
  template <class Check>
  Result<void> read_and_write(unsigned regno, Check check);
  Result<void> memory_of_function(unsigned regno, uint64_t size);
  Result<void> sized_memory_of_function(unsigned regno);
  Result<void> memory_argument(unsigned regno, uint64_t size, Do what, Zero zero, Raw* raw);
  Result<void> constant_key(unsigned regno, uint32_t size, Call& call);
  Result<void> adjust_map_value(facts::Arg& arg, const Call& call) const;
  bool may_give_packet(const Call& call) const;

  // call.cpp: helpers
  Result<const facts::Helper*> callable(int32_t id);
  Result<const facts::Helper*> helper_here(int32_t id) const;
  Result<void> call_helper(const isa::Insn& i);
  Result<void> special_helper(Call& call);
  Result<void> helper_returns(Call& call);
  bool only_read(uint32_t map) const;  // by programs, whoever else writes its elements
  Result<void> map_may_change(uint32_t map, const Call& call) const;
  Result<void> map_suits(uint32_t map, const Call& call) const;
  Result<void> answers_here(const Call& call) const;
  bool acquires_by_map(const Call& call) const;
  void limit_answer(const Call& call);
  void forget_packets();
  uint32_t acquire(Held kind);
  static void forget_reference(State& s, uint32_t id);
  Result<void> release(uint32_t id);
  Result<void> release_argument(Call& call);
  enum class Leaving : uint8_t { answers, throws };
  Result<void> nothing_held(std::string_view who, Leaving how = Leaving::answers) const;

  // kfunc_calls.cpp
  Result<void> call_kfunc(const isa::Insn& i);
  Result<void> throws();
  Result<void> kfunc_regions(const KernelFunction& f);
  void end_rcu();
  std::string_view sleepless_region() const;
  Result<void> kfunc_arguments(KfuncCall& call);
  Result<void> kfunc_number(unsigned regno, const KfuncParam& p, KfuncCall& call);
  Result<void> kfunc_pointer(unsigned regno, const KfuncParam& p, KfuncCall& call);
  Result<void> plain_pointer(unsigned regno, const KfuncParam& p) const;
  Result<void> kfunc_memory(unsigned regno, const KfuncParam& p, KfuncCall& call);
  Result<void> kfunc_object(unsigned regno, btf::TypeId want, const KfuncCall& call);
  Result<void> kfunc_iterator(unsigned regno, const KfuncParam& p, KfuncCall& call);
  Result<void> kfunc_calls_back(const KfuncCall& call);
  Result<void> may_fail_to_lock();
  Result<void> kfunc_returns(KfuncCall& call);
  Result<void> kfunc_returns_pointer(KfuncCall& call, const btf::Type& to);
  Result<bool> kfunc_returns_special(const KfuncCall& call);
  Result<void> cast_result(const KfuncCall& call);

  // graphs.cpp: objects of the program, lists and trees of them
  Result<btf::TypeId> type_to_make(const KfuncCall& call) const;
  Result<void> allocated_argument(unsigned regno, KfuncCall& call);
  Result<void> counted_argument(unsigned regno, KfuncCall& call);
  Result<void> root_argument(unsigned regno, FieldKind kind, KfuncCall& call);
  Result<void> node_argument(unsigned regno, FieldKind kind, const KfuncCall& call);
  static Reg node_of(const MapField& root);
  void borrow(Reg& r);
  Result<void> give_to_graph();
  bool compares_nodes() const;
  Result<void> call_less(const KfuncCall& call);

  // irq_flags.cpp
  Result<void> irq_flag_argument(unsigned regno, const KfuncCall& call);
  Result<void> save_irq(unsigned regno, std::optional<IterSlots> at, uint32_t saver);
  Result<void> restore_irq(unsigned regno, std::optional<IterSlots> at, uint32_t saver);

  // iterators.cpp
  bool iterates(uint32_t insn) const;  // the instruction is an iterator's next
  bool iterator_is_active() const;     // the one this instruction is about to ask
  std::optional<IterSlots> iterator_slots(const Reg& r, uint32_t slots) const;
  Result<void> iterator_argument(unsigned regno, const KfuncParam& p, KfuncCall& call);
  Result<void> make_iterator(unsigned regno, std::optional<IterSlots> at, btf::TypeId type, const KfuncCall& call);
  Result<void> next_element(const IterSlots& at);
  RegFlag element_flags(const IterSlots& at) const;

  // callbacks.cpp
  Result<void> take_function(const isa::Insn& i);
  Result<void> call_back(facts::Callback how, const Call& call);
  Result<bool> another_iteration(const Call& call);
  Result<State*> call_back_now(uint32_t subprog);
  Result<void> call_back_later(uint32_t subprog, uint32_t map, Asleep asleep, Answers answers);
  void callback_arguments(facts::Callback how, const Frame& caller, Frame& callee);
  Result<void> may_return_at_once(const Reg& answer);

  // globals.cpp
  Result<void> call_global(uint32_t subprog);
  Result<const Signature*> signature(uint32_t subprog);
  std::string function_name(uint32_t subprog) const;
  Result<void> function_arguments(uint32_t subprog);
  Result<void> function_argument(uint32_t subprog, unsigned regno, const Param& p);
  Result<void> function_memory(uint32_t subprog, unsigned regno, uint64_t size);

  // leave.cpp: subprograms, exits
  Result<Frame*> enter(State& s, uint32_t subprog);
  Result<void> call_subprogram(const isa::Insn& i);
  Result<void> return_from_frame();
  Result<void> returns_within(const Reg& r, int64_t least, int64_t most, Bits bits, std::string_view when) const;
  Result<void> exit();
  Result<void> program_returns(unsigned answer);

  const Question& q_;
  Recorder* recorder_;
  ProofNotes* notes_;
  const module::ProgDef& prog_;
  const facts::Target& target_;
  facts::Privileges sw_;
  // What patches of 6.18 differ in, asked once.
  struct Has {
    bool forked_and_or, swapped_bits, linked_scalars_any, linked_scalars_sync, packet_load_returns;
  } has_;
  Flow flow_;
  const Kfuncs& kfuncs_;
  std::vector<MapView> maps_;
  Hook hook_;
  std::vector<Fence> fences_;  // empty where nothing is guarded
  std::vector<Mask> masks_;
  std::vector<RegType> pointer_types_;                          // of each load and store, once walked
  std::unordered_map<int32_t, const facts::Helper*> callable_;  // helpers called before
  struct Function {
    bool entered = false, address_taken = false;
    bool called = false, verified = false;  // a global one
    std::optional<Signature> signature;     // once asked for
  };
  std::vector<Function> functions_;
  // Calls of bpf_loop that may be replaced by the loop itself, as long as its flags are 0 and the function is the same.
  struct Unrolled {
    uint32_t subprog;
    bool still;
  };
  std::map<uint32_t, Unrolled> loops_called_;
  std::set<uint32_t> counted_;  // functions with a may_goto that is reached: Linux counts its rounds on the stack
  std::optional<uint32_t> missing_kfunc_;
  std::map<btf::TypeId, std::vector<MapField>> own_fields_;  // of the program's structures, once asked for

  Pool pool_;
  State* cur_ = nullptr;
  uint32_t at_ = 0, previous_ = no_insn, next_ = 0;
  bool ended_ = false;    // the path, by the instruction just walked
  bool stepped_ = false;  // the instruction has its Step already
  std::vector<Aside> aside_;
  std::vector<State*> explored_;  // buckets, by instruction and call site
  std::map<LoopKey, Loop> loops_;
  std::size_t back_edges_ = 0;
  uint32_t ids_ = 0;
  uint64_t jumps_ = 0;
  uint64_t jumps_at_checkpoint_ = 0, processed_at_checkpoint_ = 0;
  uint64_t kept_states_ = 0, evicted_states_ = 0;
  FrameUse frames_;
  StackLiveness live_;
  Precision precision_;
  Comparer comparer_;
};

}  // namespace skep::verify
