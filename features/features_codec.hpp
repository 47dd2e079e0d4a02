#pragma once

#include "core/binary.hpp"
#include "core/fingerprint.hpp"

#include <cstddef>
#include <optional>
#include <vector>

// Features as bytes, alike in a stored reference and in a worker's answer; docs/formats/reference.md has the
// table ("The features"). Readers take any bytes and give plausible values (features/plausible.hpp) or
// nothing; values that are not plausible are written in such a way that no reader takes them.
namespace stillwatch::features {

std::size_t encoded_size(const PictureFeatures& features) noexcept;
// Writes encoded_size() bytes.
void write_features(BinaryWriter& writer, const PictureFeatures& features);
// Features of that detail, if `bytes` holds them and nothing else.
std::optional<PictureFeatures> decode_features(ByteView bytes, Detail detail);

// Sign grids one after the other, at most 255.
Bytes encode_sign_grids(const std::vector<SignGrid>& sign_grids);
std::optional<std::vector<SignGrid>> decode_sign_grids(ByteView bytes);

} // namespace stillwatch::features
