// SPDX-License-Identifier: Apache-2.0
// What stands behind the C API's pointers.
//
// An object is a Module that is its own copy until it is loaded, so every setter is an assignment; load gives the user
// engine a Module of what is to be loaded, and programs and maps get their living half. All objects of the process
// share one engine: what they ask of it (lanes, "this CPU") must agree.
#pragma once

#include <skep/skep.h>

#include <deque>
#include <mutex>

#include "engine/user/engine.hpp"
#include "object/open.hpp"

struct skep_program {
  skep_object* object;
  uint32_t index;  // in module().progs
  bool autoload;
  std::shared_ptr<skep::user::Program> live = {};  // null: not loaded

  const skep::module::ProgDef& definition() const;
  skep::module::ProgDef& definition();
};

struct skep_map {
  skep_object* object;  // null: a map of its own
  uint32_t index;       // in the object's module
  bool autocreate;
  skep::module::MapDef own = {};               // where there is no object
  std::shared_ptr<skep::maps::Map> live = {};  // null: not made
  std::shared_ptr<void> keeps = {};            // of a shared map: the programs that are in it

  const skep::module::MapDef& definition() const;
  skep::module::MapDef& definition();
};

struct skep_object {
  std::string name;
  skep::module::Module module;
  std::deque<skep_program> programs;  // their addresses are handed out
  std::deque<skep_map> maps;
  std::shared_ptr<skep::user::Loaded> loaded = {};
  skep::object::TargetSource types = {};  // whose types it was opened for; {}: nobody's
  mutable std::once_flag btf_once = {};
  mutable skep::Buffer btf = {};  // written when it is first asked for
};

namespace skep::c_api {

// The one of this process; it is never destroyed, because threads may run programs while it ends.
user::Engine& engine();

// -EBUSY where it is too late to change anything.
Result<void> changeable(const skep_object* object, const std::string& what);

// From now on `map` is the very map `other`, which must be made.
Result<void> share(skep_map& map, const skep_map* other);

// The module as it is to be loaded: without the programs and maps that are not wanted, indices renumbered.
// Errors: a wanted program or first content refers to one that is not.
struct Selection {
  std::vector<bool> programs, maps;
};
Result<module::Module> selected(const module::Module& module, const Selection& wanted);

}  // namespace skep::c_api
