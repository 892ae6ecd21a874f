// SPDX-License-Identifier: Apache-2.0
// What the user engine does not have yet. Links and buffers are declared, so that programs compile and are told why.
#include "api/c_error.hpp"
#include "api/c_object.hpp"

using namespace skep;
using namespace skep::c_api;

skep_link* skep_program_attach(skep_program* program) {
  return pointer([&]() -> Result<skep_link*> {
    if (program == nullptr) return fail(NullArgument{.what = "the program"});
    return fail(WaitsFor{.what = "attaching program '" + program->definition().name + "'",
                         .capability = "links of the user engine"});
  });
}

int skep_link_destroy(skep_link*) { return 0; }

skep_ring_buffer* skep_ring_buffer_new(skep_map* map, skep_sample_fn, void*) {
  return pointer([&]() -> Result<skep_ring_buffer*> {
    if (map == nullptr) return fail(NullArgument{.what = "the map"});
    return fail(WaitsFor{.what = "reading map '" + map->definition().name + "'",
                         .capability = "ring buffers of the user engine"});
  });
}

int skep_ring_buffer_poll(skep_ring_buffer*, int) {
  return answer([]() -> Result<void> {
    return fail(WaitsFor{.what = "polling", .capability = "ring buffers of the user engine"});
  });
}

void skep_ring_buffer_free(skep_ring_buffer*) {}
