#include "pictures/hevc_size.hpp"

#include "core/binary.hpp"

namespace stillwatch::pictures {

namespace {

constexpr unsigned sequence_parameter_set = 33;

// Bits of a NAL unit, without the bytes that keep start codes out of it (section 7.4.2).
class BitReader {
public:
    explicit BitReader(ByteView rest) : rest_(rest) {}

    unsigned bit()
    {
        if (left_ == 0) next_byte();
        --left_;
        return (byte_ >> left_) & 1U;
    }
    std::uint32_t bits(unsigned count)
    {
        std::uint32_t value = 0;
        for (unsigned i = 0; i < count; ++i)
            value = value << 1U | bit();
        return value;
    }
    void skip(unsigned count)
    {
        while (count-- > 0)
            (void)bit();
    }
    // Exp-Golomb, section 9.2.
    std::uint32_t number()
    {
        unsigned zeros = 0;
        while (!broken_ && bit() == 0)
            if (++zeros > 31) broken_ = true;
        return broken_ ? 0 : (1U << zeros) - 1 + bits(zeros);
    }
    bool is_broken() const noexcept { return broken_; }

private:
    void next_byte()
    {
        if (zeros_ >= 2 && !rest_.empty() && byte_at(rest_, 0) == 3) {
            rest_ = rest_.subspan(1);
            zeros_ = 0;
        }
        broken_ = broken_ || rest_.empty();
        byte_ = broken_ ? 0 : byte_at(rest_, 0);
        if (!broken_) rest_ = rest_.subspan(1);
        zeros_ = byte_ == 0 ? zeros_ + 1 : 0;
        left_ = 8;
    }

    ByteView rest_;
    unsigned byte_ = 0;
    unsigned left_ = 0;
    unsigned zeros_ = 0;
    bool broken_ = false;
};

// Section 7.3.3.
void skip_profile(BitReader& reader, unsigned sub_layers)
{
    constexpr unsigned profile_bits = 88;
    constexpr unsigned level_bits = 8;
    reader.skip(profile_bits + level_bits);
    unsigned profiles = 0;
    unsigned levels = 0;
    for (unsigned i = 0; i < sub_layers; ++i) {
        profiles += reader.bit();
        levels += reader.bit();
    }
    if (sub_layers > 0) reader.skip(2 * (8 - sub_layers));
    reader.skip(profiles * profile_bits + levels * level_bits);
}

} // namespace

std::optional<CodedSize> hevc_size(ByteView nal_unit)
{
    if (nal_unit.size() < 3 || (byte_at(nal_unit, 0) >> 1U & 0x3FU) != sequence_parameter_set)
        return std::nullopt;
    BitReader reader(nal_unit.subspan(2));
    reader.skip(4);
    const unsigned sub_layers = reader.bits(3);
    reader.skip(1);
    skip_profile(reader, sub_layers);
    (void)reader.number(); // its own id
    constexpr std::uint32_t chroma_444 = 3;
    if (reader.number() == chroma_444) reader.skip(1);
    const auto width = reader.number();
    const auto height = reader.number();
    if (reader.is_broken()) return std::nullopt;
    return CodedSize{width, height};
}

} // namespace stillwatch::pictures
