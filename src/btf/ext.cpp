// SPDX-License-Identifier: Apache-2.0
#include "btf/ext.hpp"

#include <unordered_map>

#include "btf/errors.hpp"
#include "btf/writer.hpp"

namespace skep::btf {

const ExtSection* Ext::section(std::string_view name) const {
  for (const ExtSection& s : sections)
    if (s.name == name) return &s;
  return nullptr;
}

namespace {

class ExtReader {
 public:
  ExtReader(Shared btf, Bytes bytes) : bytes_(bytes), out_{.btf = std::move(btf), .sections = {}} {}
  Result<Ext> read();

 private:
  struct Record {
    Bytes at;
    bool foreign;
    uint32_t operator[](std::size_t index) const {
      uint32_t v = load<uint32_t>(at.data() + 4 * index);
      return foreign ? __builtin_bswap32(v) : v;
    }
  };

  template <class Take>
  Result<void> part(std::string_view name, std::size_t field, uint32_t least, Take take);
  Result<std::string_view> string(uint32_t offset) const;
  ExtSection& section(std::string_view name);

  Result<void> take_func(ExtSection& s, const Record& r);
  Result<void> take_line(ExtSection& s, const Record& r);
  Result<void> take_relo(ExtSection& s, const Record& r);

  Bytes bytes_;
  bool foreign_ = false;
  uint32_t header_ = 0;
  Ext out_;
  std::unordered_map<std::string_view, std::size_t> index_;  // of out_.sections by name
};

Result<std::string_view> ExtReader::string(uint32_t offset) const {
  if (auto s = out_.btf->string(offset)) return *s;
  return fail(NameOutside{.offset = offset, .size = out_.btf->string_bytes()});
}

ExtSection& ExtReader::section(std::string_view name) {
  auto [at, is_new] = index_.try_emplace(name, out_.sections.size());
  if (!is_new) return out_.sections[at->second];
  return out_.sections.emplace_back(ExtSection{.name = name, .funcs = {}, .lines = {}, .relos = {}});
}

Result<void> ExtReader::take_func(ExtSection& s, const Record& r) {
  if (r[1] >= out_.btf->count()) return fail(TypeOutside{.refers_to = r[1], .count = out_.btf->count() - 1});
  if (Kind k = out_.btf->type(r[1]).kind; k != Kind::func)
    return fail(WrongKind{.type = r[1], .found = name_of(k), .wanted = "func"});
  s.funcs.push_back({.insn_off = r[0], .type = r[1]});
  return {};
}
Result<void> ExtReader::take_line(ExtSection& s, const Record& r) {
  uint32_t where = r[3];  // line in the upper 22 bits, column in the lower 10
  s.lines.push_back({.insn_off = r[0],
                     .file = TRY(string(r[1])),
                     .text = TRY(string(r[2])),
                     .line = where >> 10,
                     .column = where & 0x3ff});
  return {};
}
Result<void> ExtReader::take_relo(ExtSection& s, const Record& r) {
  if (r[1] >= out_.btf->count()) return fail(TypeOutside{.refers_to = r[1], .count = out_.btf->count() - 1});
  s.relos.push_back({.insn_off = r[0], .type = r[1], .access = TRY(string(r[2])), .kind = r[3]});
  return {};
}

// One of the three parts, whose begin and length are the header's words `field` and `field` + 1.
template <class Take>
Result<void> ExtReader::part(std::string_view name, std::size_t field, uint32_t least, Take take) {
  Record header{.at = bytes_, .foreign = foreign_};
  if (header_ < 4 * (field + 2)) return {};  // older headers end before it
  std::size_t begin = std::size_t{header_} + header[field], length = header[field + 1];
  if (length == 0) return {};
  auto cut_off = [&](std::size_t from, std::size_t needs) {
    return fail(SectionCutOff{.part = name, .begin = from, .length = needs, .size = bytes_.size()});
  };
  auto found = slice(bytes_, begin, length);
  if (!found) return cut_off(begin, length);
  Bytes rest = *found;
  auto here = [&] { return bytes_.size() - static_cast<std::size_t>(bytes_.data() + bytes_.size() - rest.data()); };
  if (rest.size() < 4) return cut_off(here(), 4);
  uint32_t size = Record{.at = rest, .foreign = foreign_}[0];
  if (size < least || size % 4 != 0) return fail(RecordTooSmall{.part = name, .found = size, .least = least});
  rest = rest.subspan(4);
  while (!rest.empty()) {
    if (rest.size() < 8) return cut_off(here(), 8);
    Record head{.at = rest, .foreign = foreign_};
    auto section_name = TRY(string(head[0]));
    std::size_t records = head[1];
    rest = rest.subspan(8);
    if (rest.size() / size < records) return cut_off(here(), records * size);
    ExtSection& s = section(section_name);
    for (; records != 0; --records, rest = rest.subspan(size))
      TRY_VOID((this->*take)(s, Record{.at = rest, .foreign = foreign_}));
  }
  return {};
}

Result<Ext> ExtReader::read() {
  constexpr std::size_t least_header = 24;  // up to and with the lines
  if (bytes_.size() < least_header)
    return fail(SectionCutOff{.part = "header", .begin = 0, .length = least_header, .size = bytes_.size()});
  uint16_t magic = load<uint16_t>(bytes_.data());
  foreign_ = magic == 0x9feb;
  if (magic != 0xeb9f && !foreign_) return fail(NotBtf{.found = to_hex(bytes_.first(2))});
  if (bytes_[2] != 1) return fail(UnknownVersion{.version = bytes_[2]});
  header_ = Record{.at = bytes_, .foreign = foreign_}[1];
  if (header_ < least_header) return fail(SectionMisplaced{.part = "header", .rule = "is shorter than 24 bytes"});
  if (header_ > bytes_.size())
    return fail(SectionCutOff{.part = "header", .begin = 0, .length = header_, .size = bytes_.size()});
  TRY_VOID(part("func_info", 2, 8, &ExtReader::take_func));
  TRY_VOID(part("line_info", 4, 16, &ExtReader::take_line));
  TRY_VOID(part("core_relo", 6, 16, &ExtReader::take_relo));
  return std::move(out_);
}

}  // namespace

Result<Ext> parse_ext(Shared btf, Bytes bytes) { return ExtReader(std::move(btf), bytes).read(); }

// ---- writing ----------------------------------------------------------------------------------------------------

namespace {

class ExtWriter {
 public:
  explicit ExtWriter(Writer& types) : types_(types) {}
  Buffer write(std::span<const ExtSection> sections);

 private:
  void put(std::initializer_list<uint32_t> words) { words_.insert(words_.end(), words); }
  // One of the three parts: `record` writes one of the records that `list` names.
  template <class List, class Record>
  void part(std::span<const ExtSection> sections, uint32_t record_size, List list, Record record);

  Writer& types_;
  std::vector<uint32_t> words_, bounds_;
};

template <class List, class Record>
void ExtWriter::part(std::span<const ExtSection> sections, uint32_t record_size, List list, Record record) {
  std::size_t begin = words_.size();
  for (const ExtSection& s : sections) {
    const auto& records = s.*list;
    if (records.empty()) continue;
    if (words_.size() == begin) put({record_size});
    put({types_.string(s.name), static_cast<uint32_t>(records.size())});
    for (const auto& r : records) record(r);
  }
  bounds_.push_back(static_cast<uint32_t>(4 * begin));
  bounds_.push_back(static_cast<uint32_t>(4 * (words_.size() - begin)));
}

Buffer ExtWriter::write(std::span<const ExtSection> sections) {
  part(sections, 8, &ExtSection::funcs, [&](const FuncInfo& f) { put({f.insn_off, f.type}); });
  part(sections, 16, &ExtSection::lines, [&](const LineInfo& l) {
    put({l.insn_off, types_.string(l.file), types_.string(l.text), l.line << 10 | l.column});
  });
  part(sections, 16, &ExtSection::relos,
       [&](const CoreRelo& r) { put({r.insn_off, r.type, types_.string(r.access), r.kind}); });
  if (words_.empty()) return {};
  std::vector<uint32_t> all = {0x0001eb9f, 32};
  all.insert(all.end(), bounds_.begin(), bounds_.end());
  all.insert(all.end(), words_.begin(), words_.end());
  Buffer out(4 * all.size());
  std::memcpy(out.data(), all.data(), out.size());
  return out;
}

}  // namespace

Buffer ext_bytes(std::span<const ExtSection> sections, Writer& types) { return ExtWriter(types).write(sections); }

}  // namespace skep::btf
