// SPDX-License-Identifier: Apache-2.0
#include "judge/map_ops.hpp"

#include <algorithm>

#include "judge/errors.hpp"

namespace skep::judge {
namespace {

OpResult result_of(maps::Answer<Buffer> answer) {
  if (!answer) return answer.error();
  return *std::move(answer);
}

// push, pop and peek are commands with a null key; a map that has keys cannot read one there.
OpResult keyless(const maps::Map& map) { return map.definition().key_size != 0 ? -EFAULT : maps::not_supported; }

OpResult batch_lookup(maps::Map& map, uint32_t count) {
  const maps::Batch got = map.sys_lookup_batch({}, count);
  Content elements;
  const std::size_t key = map.definition().key_size, value = map.sys_value_size();
  for (std::size_t i = 0; i < got.count; ++i) {
    auto k = slice(got.keys, i * key, key), v = slice(got.values, i * value, value);
    if (k && v) elements.emplace_back(Buffer(k->begin(), k->end()), Buffer(v->begin(), v->end()));
  }
  std::ranges::sort(elements);
  return BatchResult{.err = got.err, .count = got.count, .elements = std::move(elements)};
}

// Elements one after the other, as the system call wants them; a key or value of another size makes it -EINVAL.
struct Packed {
  Buffer keys, values;
  bool fits = true;
};
Packed packed(const maps::Map& map, const Op& op) {
  Packed p;
  for (const auto& [key, value] : op.many) {
    p.fits &= key.size() == map.definition().key_size;
    p.fits &= op.kind == OpKind::batch_delete || value.size() == map.sys_value_size();
    p.keys.insert(p.keys.end(), key.begin(), key.end());
    p.values.insert(p.values.end(), value.begin(), value.end());
  }
  return p;
}

OpResult batch_change(maps::Map& map, const Op& op) {
  const Packed p = packed(map, op);
  const auto count = static_cast<uint32_t>(op.many.size());
  if (!p.fits) return BatchResult{.err = -EINVAL};
  const maps::BatchDone done = op.kind == OpKind::batch_update ? map.sys_update_batch(p.keys, p.values, count, op.flags)
                                                               : map.sys_remove_batch(p.keys, count, op.flags);
  return BatchResult{.err = done.err, .count = done.count};
}

}  // namespace

Result<OpResult> apply(maps::Map& map, const Op& op) {
  switch (op.kind) {
    case OpKind::update: return map.sys_update(*op.key, op.value, op.flags);
    case OpKind::lookup: return result_of(map.sys_lookup(*op.key));
    case OpKind::delete_: return map.sys_remove(*op.key);
    case OpKind::lookup_delete: return result_of(map.sys_lookup_remove(*op.key));
    case OpKind::next: return result_of(map.sys_next_key(op.key ? std::optional(Bytes(*op.key)) : std::nullopt));
    case OpKind::keys: return TRY(sorted_keys(map));
    case OpKind::push:
    case OpKind::pop:
    case OpKind::peek: return keyless(map);
    case OpKind::batch_lookup: return batch_lookup(map, op.count);
    case OpKind::batch_update:
    case OpKind::batch_delete: return batch_change(map, op);
    case OpKind::freeze: return map.sys_freeze();
    case OpKind::consume: return fail(NotAvailable{.what = "consuming a ring buffer", .instead = ""});
    case OpKind::run: break;
  }
  std::unreachable();
}

}  // namespace skep::judge
