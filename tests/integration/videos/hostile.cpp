#include "hostile.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::videos::test {

namespace {

class Draw {
public:
    Draw(std::uint32_t seed, std::size_t number)
        : random_(seed ^ static_cast<std::uint32_t>(number * 2'654'435'761U))
    {
    }
    std::size_t below(std::size_t bound)
    {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
    }
    template <class Things>
    const auto& of(const Things& things)
    {
        return things[below(std::size(things))];
    }

private:
    std::mt19937 random_;
};

auto at(Bytes& file, std::size_t place)
{
    return file.begin() + static_cast<std::ptrdiff_t>(place);
}

void damage(Bytes& file, Draw& draw, std::size_t first, std::size_t count, std::size_t times)
{
    for (std::size_t i = 0; i < times; ++i)
        file[first + draw.below(count)] = static_cast<std::byte>(draw.below(256));
}

// Numbers that tell of sizes, counts and places, at the borders where arithmetic turns over.
constexpr std::array<std::uint64_t, 10> lies{0,
                                             1,
                                             7,
                                             0x7fff'ffff,
                                             0x8000'0000,
                                             0xffff'ffff,
                                             0xffff'fff0,
                                             0x7fff'ffff'ffff'ffff,
                                             0xffff'ffff'ffff'ffff,
                                             0x100'0000};

void lie(Bytes& file, Draw& draw)
{
    const auto number = draw.of(lies);
    const std::size_t width = std::size_t{1} << draw.below(4);
    const bool is_big = draw.below(2) == 0;
    // Structure stands at both ends of most files.
    const auto near = std::min<std::size_t>(file.size(), 2'000);
    auto place = draw.below(near);
    if (draw.below(3) == 0) place = file.size() - 1 - place;
    for (std::size_t i = 0; i < width && place + i < file.size(); ++i)
        file[place + i] = static_cast<std::byte>(number >> (8 * (is_big ? width - 1 - i : i)) & 0xffU);
}

} // namespace

HostileFile HostileFiles::make(std::uint32_t seed, std::size_t number) const
{
    Draw draw(seed, number);
    const auto& [name, sound] = samples_[number % samples_.size()];
    HostileFile made{"", name, sound};
    auto& file = made.bytes;
    std::uint64_t beyond = 0;
    switch (draw.below(11)) {
    case 0:
        made.kind = "cut";
        file.resize(1 + draw.below(file.size()));
        break;
    case 1:
        made.kind = "bytes changed";
        damage(file, draw, 0, file.size(), 1 + draw.below(60));
        break;
    case 2: {
        made.kind = "zeroed";
        const auto from = draw.below(file.size());
        std::fill_n(at(file, from), std::min(file.size() - from, 1 + draw.below(1 + file.size() / 4)),
                    std::byte(0));
        break;
    }
    case 3:
        made.kind = "head damaged";
        damage(file, draw, 0, std::min<std::size_t>(file.size(), 600), 1 + draw.below(30));
        break;
    case 4:
        made.kind = "tail damaged";
        damage(file, draw, file.size() - std::min<std::size_t>(file.size(), 3'000),
               std::min<std::size_t>(file.size(), 3'000), 1 + draw.below(40));
        break;
    case 5: {
        made.kind = "parts doubled";
        const auto from = draw.below(file.size());
        const Bytes part(at(file, from),
                         at(file, from + std::min(file.size() - from, 1 + draw.below(5'000))));
        const auto times = 1 + draw.below(20);
        for (std::size_t i = 0; i < times; ++i)
            file.insert(at(file, from), part.begin(), part.end());
        break;
    }
    case 6:
    case 7:
        made.kind = "numbers that lie";
        for (auto times = 1 + draw.below(12); times > 0; --times)
            lie(file, draw);
        break;
    case 8: {
        made.kind = "two files in one";
        const auto& other = draw.of(samples_).second;
        file.resize(1 + draw.below(file.size()));
        append(file, ByteView(other).subspan(draw.below(other.size())));
        break;
    }
    case 9:
        made.kind = "longer than it is";
        beyond = draw.below(4) == 0 ? std::uint64_t{1} << 38U : 1 + draw.below(10'000'000);
        break;
    default: made.kind = "out of order"; break;
    }
    made.told_bytes = file.size() + beyond;
    made.there = {{0, file.size()}};
    // Parts that never come, or come twice and in any order.
    if (draw.below(3) == 0 || made.kind == "out of order") {
        made.there.clear();
        const auto parts = 1 + draw.below(6);
        for (std::size_t i = 0; i < parts; ++i) {
            const auto from = i == 0 ? 0 : draw.below(file.size());
            made.there.push_back({from, 1 + draw.below(file.size() - from)});
        }
        std::ranges::reverse(made.there);
    }
    return made;
}

Bytes hostile_playlist(const std::vector<Bytes>& samples, std::uint32_t seed, std::size_t number)
{
    Draw draw(seed, number);
    auto text = draw.of(samples);
    static constexpr std::array<std::string_view, 30> pieces{
        "#EXTM3U\n",
        "#EXTINF:99999999999999999999,\n",
        "#EXTINF:-1e308,\n",
        "#EXTINF:nan,\n",
        "#EXT-X-BYTERANGE:18446744073709551615@18446744073709551615\n",
        "#EXT-X-BYTERANGE:0\n",
        "#EXT-X-MEDIA-SEQUENCE:18446744073709551615\n",
        "#EXT-X-KEY:METHOD=AES-128,URI=\"file:///etc/shadow\",IV=0x\n",
        "#EXT-X-KEY:METHOD=AES-128,URI=\"data:,0123456789abcdef\"\n",
        "#EXT-X-MAP:URI=\"\"\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=-5,RESOLUTION=99999999999x-1\nlist.m3u8\n",
        "#EXT-X-STREAM-INF:\n",
        "file:///etc/passwd\n",
        "concat:a|b\n",
        "http://[::1]:99999/\n",
        "../../../../../../../../..//\\\n",
        "<!DOCTYPE MPD [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>",
        "&b;&b;&b;&b;",
        "<Period duration=\"PT99999999999999H\">",
        "<SegmentTemplate timescale=\"0\" duration=\"1\" media=\"$Number%099999999d$$Time$$$\">",
        "<SegmentTemplate timescale=\"4294967295\" duration=\"0\" startNumber=\"18446744073709551615\">",
        "<SegmentTimeline><S t=\"-1\" d=\"0\" r=\"-1\"/><S t=\"18446744073709551615\" d=\"1\" "
        "r=\"2147483647\"/>",
        "<BaseURL>",
        "<Representation id=\"$RepresentationID$\" width=\"-1\" height=\"99999999999\"/>",
        "<AdaptationSet mimeType=\"video/mp4\">",
        "<![CDATA[",
        "<!--",
        "</MPD>",
        "<SegmentURL mediaRange=\"9-1\"/>",
        "mediaPresentationDuration=\"P9999999999999Y\"",
    };
    switch (draw.below(5)) {
    case 0: text.resize(draw.below(text.size() + 1)); break;
    case 1: damage(text, draw, 0, text.size(), 1 + draw.below(40)); break;
    case 2:
    case 3:
        for (auto times = 1 + draw.below(12); times > 0; --times) {
            const auto piece = to_bytes(draw.of(pieces));
            const auto place = draw.below(text.size() + 1);
            text.insert(at(text, place), piece.begin(), piece.end());
        }
        break;
    default: { // one line without end, or tags inside each other
        const auto piece = to_bytes(draw.of(pieces));
        const auto place = draw.below(text.size() + 1);
        Bytes many;
        for (auto times = 1 + draw.below(40'000); times > 0; --times)
            append(many, piece);
        text.insert(at(text, place), many.begin(), many.end());
    }
    }
    return text;
}

} // namespace stillwatch::videos::test
