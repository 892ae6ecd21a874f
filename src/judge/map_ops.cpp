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
  return BatchResult{
      .err = got.err,
      .count = got.count,
      .elements = elements_of(got.keys, got.values, got.count, map.definition().key_size, map.sys_value_size())};
}

OpResult batch_change(maps::Map& map, const Op& op) {
  const Packed p = packed(op, map.definition().key_size, map.sys_value_size());
  const auto count = static_cast<uint32_t>(op.many.size());
  if (!p.fits) return BatchResult{.err = -EINVAL};
  const maps::BatchDone done = op.kind == OpKind::batch_update ? map.sys_update_batch(p.keys, p.values, count, op.flags)
                                                               : map.sys_remove_batch(p.keys, count, op.flags);
  return BatchResult{.err = done.err, .count = done.count};
}

}  // namespace

Content elements_of(Bytes keys, Bytes values, std::size_t count, std::size_t key_size, std::size_t value_size) {
  Content elements;
  for (std::size_t i = 0; i < count; ++i) {
    auto k = slice(keys, i * key_size, key_size), v = slice(values, i * value_size, value_size);
    if (k && v) elements.emplace_back(Buffer(k->begin(), k->end()), Buffer(v->begin(), v->end()));
  }
  std::ranges::sort(elements);
  return elements;
}

Packed packed(const Op& op, std::size_t key_size, std::size_t value_size) {
  Packed p;
  for (const auto& [key, value] : op.many) {
    p.fits &= key.size() == key_size;
    p.fits &= op.kind == OpKind::batch_delete || value.size() == value_size;
    p.keys.insert(p.keys.end(), key.begin(), key.end());
    p.values.insert(p.values.end(), value.begin(), value.end());
  }
  return p;
}

Result<OpResult> apply(maps::Map& map, const Op& op) {
  switch (op.kind) {
    case OpKind::update: return map.sys_update(*op.key, op.value, op.flags);
    case OpKind::lookup: return result_of(map.sys_lookup(*op.key));
    case OpKind::delete_: return map.sys_remove(*op.key);
    case OpKind::lookup_delete: return result_of(map.sys_lookup_remove(*op.key));
    case OpKind::next: return result_of(map.sys_next_key(op.key ? std::optional(Bytes(*op.key)) : std::nullopt));
    case OpKind::keys: return TRY(sorted_keys(walk_of(map)));
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
