#include "matcher/reference_codec.hpp"

#include "matcher/byte_reader.hpp"
#include "matcher/weakness.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::matcher {

namespace {

constexpr std::string_view magic = "SWR1";
constexpr std::size_t max_reason_bytes = 512;
constexpr std::size_t frame_bytes = 1 + orientation_count * sizeof(Fingerprint);

class Writer {
public:
    explicit Writer(Bytes& out) : out_(out) {}

    void number(std::uint64_t value, unsigned bytes)
    {
        for (unsigned i = 0; i < bytes; ++i)
            out_.push_back(static_cast<std::byte>(value >> (8U * i)));
    }
    void bytes(ByteView data) { out_.insert(out_.end(), data.begin(), data.end()); }

private:
    Bytes& out_;
};

// Reads past the end give zeros and turn `whole` off, which is tested once.
class Reader {
public:
    explicit Reader(ByteView rest) : rest_(rest) {}

    std::uint64_t number(unsigned bytes)
    {
        std::uint64_t value = 0;
        const auto part = take(bytes);
        for (std::size_t i = 0; i < part.size(); ++i)
            value |= std::uint64_t{byte_at(part, i)} << (8U * i);
        return value;
    }
    int small(unsigned bytes) { return static_cast<int>(number(bytes)); }
    Sha256 digest()
    {
        Sha256 digest;
        std::ranges::copy(take(digest.bytes.size()), digest.bytes.begin());
        return digest;
    }
    std::string text(std::size_t size) { return std::string(as_text(take(size))); }
    bool whole() const noexcept { return whole_ && rest_.empty(); }

private:
    ByteView take(std::size_t size)
    {
        whole_ = whole_ && size <= rest_.size();
        if (!whole_) return {};
        const auto part = rest_.first(size);
        rest_ = rest_.subspan(size);
        return part;
    }

    ByteView rest_;
    bool whole_ = true;
};

Frame read_frame(Reader& reader)
{
    Frame frame;
    frame.quality_percent = reader.small(1);
    for (auto& fingerprint : frame.fingerprints)
        for (auto& word : fingerprint.words)
            word = reader.number(8);
    return frame;
}

bool plausible(const ReferenceRecord& record)
{
    const auto& features = record.features;
    const auto good = [](const Frame& frame) { return frame.quality_percent <= 100; };
    return features.format <= PictureFormat::avif && features.width_px > 0 && features.height_px > 0 &&
           !features.frames.empty() && std::ranges::all_of(features.frames, good) &&
           record.weak == !record.weak_reason.empty();
}

} // namespace

ReferenceRecord make_reference_record(const Sha256& file_digest, PictureFeatures features)
{
    ReferenceRecord record;
    record.file_digest = file_digest;
    const auto weakness = weakness_of(features);
    record.features = std::move(features);
    record.weak = weakness.has_value();
    record.weak_reason = weakness.value_or("");
    return record;
}

Bytes encode_reference(const ReferenceRecord& record)
{
    const auto& features = record.features;
    const auto reason = std::string_view(record.weak_reason).substr(0, max_reason_bytes);
    Bytes out;
    // Reserved at once, so that no outgrown copy of a fingerprint is left behind in memory.
    out.reserve(128 + features.frames.size() * frame_bytes + reason.size());
    Writer writer(out);
    writer.bytes(as_bytes(magic));
    writer.number(static_cast<std::uint32_t>(record.extractor_version), 4);
    writer.bytes(record.file_digest.bytes);
    writer.bytes(features.data_digest.bytes);
    writer.number(static_cast<std::uint64_t>(features.format), 1);
    writer.number(static_cast<std::uint32_t>(features.width_px), 4);
    writer.number(static_cast<std::uint32_t>(features.height_px), 4);
    writer.number(features.frames.size(), 1);
    for (const auto& frame : features.frames) {
        writer.number(static_cast<std::uint32_t>(frame.quality_percent), 1);
        for (const auto& fingerprint : frame.fingerprints)
            for (const auto word : fingerprint.words)
                writer.number(word, 8);
    }
    writer.number(record.weak ? 1 : 0, 1);
    writer.number(reason.size(), 2);
    writer.bytes(as_bytes(reason));
    return out;
}

Result<ReferenceRecord> decode_reference(ByteView bytes)
{
    const Error damaged{Errc::corrupt, "stored reference is damaged"};
    if (!begins_with(bytes, magic) || bytes.size() < magic.size() + 4) return damaged;
    Reader reader(bytes.subspan(magic.size()));
    ReferenceRecord record;
    record.extractor_version = reader.small(4);
    if (record.extractor_version != extractor_version)
        return Error{Errc::refused,
                     fmt::format("reference was made by extractor version {}, this program uses {}: "
                                 "enrol the picture again",
                                 record.extractor_version, extractor_version)};
    record.file_digest = reader.digest();
    auto& features = record.features;
    features.data_digest = reader.digest();
    features.format = static_cast<PictureFormat>(reader.small(1));
    features.width_px = reader.small(4);
    features.height_px = reader.small(4);
    const auto frames = reader.number(1);
    if (frames > PictureFeatures::max_frames) return damaged;
    features.frames.reserve(frames);
    for (std::size_t i = 0; i < frames; ++i)
        features.frames.push_back(read_frame(reader));
    const auto weak = reader.number(1);
    const auto reason_bytes = reader.number(2);
    if (weak > 1 || reason_bytes > max_reason_bytes) return damaged;
    record.weak = weak == 1;
    record.weak_reason = reader.text(reason_bytes);
    if (!reader.whole() || !plausible(record)) return damaged;
    return record;
}

} // namespace stillwatch::matcher
