#pragma once

#include "core/bytes.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace stillwatch::test {

inline Bytes read_file(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot open " + path.string());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return to_bytes(text);
}

inline void write_file(const std::filesystem::path& path, ByteView content)
{
    std::ofstream file(path, std::ios::binary);
    file << as_text(content);
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

inline bool contains(ByteView haystack, ByteView needle)
{
    return as_text(haystack).find(as_text(needle)) != std::string_view::npos;
}

} // namespace stillwatch::test
