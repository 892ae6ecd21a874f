// SPDX-License-Identifier: Apache-2.0
// What a line of C calls things. Objects keep lines, not variables, so names are read off the text: a guess that is
// right for one statement a line, and nothing where it cannot be told.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skep::verify {

// "hits" of "__u64 *hits = bpf_map_lookup_elem(&counts, &key);"; empty where the line sets no variable.
std::string assigned_name(std::string_view line);

// "end" of "void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;" and the member "data_end".
std::string name_of_member(std::string_view line, std::string_view member);

// Whether the line declares the variable, and as what cannot be negative: "__u32 i = …", "size_t len;".
bool declares_unsigned(std::string_view line, std::string_view variable);

// {"&counts", "&key"} of that line and "bpf_map_lookup_elem"; empty where it has no such call.
std::vector<std::string> arguments_of(std::string_view line, std::string_view function);

// "i" of "v->at[i] = 1;": the last index that is a plain variable or member.
std::string index_of(std::string_view line);

// A word, or members of one: "len", "x->len".
bool is_name(std::string_view text);

// The pointer that "*hits += 1" or "hits->bytes" goes through; empty where there are none or several.
std::string dereferenced_name(std::string_view line);

bool has_word(std::string_view line, std::string_view word);
std::string_view trimmed(std::string_view line);
std::string_view indentation(std::string_view line);

}  // namespace skep::verify
