#include "sandbox/content_decoding.hpp"

#include "core/ascii.hpp"
#include "sandbox/gzip_file.hpp"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace stillwatch::sandbox {

namespace {

enum class Coding { gzip, deflate, brotli, zstd };

constexpr std::size_t max_layers = 3;
constexpr int max_zstd_window_log = 23;

// Every encoding of the list in the order in which it was applied; nothing when one of them is unknown.
std::optional<std::vector<Coding>> parse_codings(std::string_view list)
{
    std::vector<Coding> codings;
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        std::string name;
        for (const char c : list.substr(0, comma))
            if (c != ' ' && c != '\t') name += lower(c);
        list.remove_prefix(std::min(comma + 1, list.size()));
        if (name.empty() || name == "identity") continue;
        if (name == "gzip" || name == "x-gzip")
            codings.push_back(Coding::gzip);
        else if (name == "deflate")
            codings.push_back(Coding::deflate);
        else if (name == "br")
            codings.push_back(Coding::brotli);
        else if (name == "zstd")
            codings.push_back(Coding::zstd);
        else
            return std::nullopt;
    }
    return codings;
}

// Where a decoder writes: grows by doubling, to one byte past the bound at most, which tells "exactly full"
// from "too much".
class Output {
public:
    explicit Output(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    std::span<std::byte> room()
    {
        constexpr std::size_t first_bytes = 64U << 10U;
        if (used_ == bytes_.size()) {
            const auto wanted = std::max(first_bytes, 2 * bytes_.size());
            bytes_.resize(std::min(wanted, max_bytes_ + 1));
        }
        return std::span(bytes_).subspan(used_);
    }
    void add(std::size_t count) { used_ += count; }
    bool is_empty() const { return used_ == 0; }
    bool is_over() const { return used_ > max_bytes_; }
    Bytes take() &&
    {
        bytes_.resize(used_);
        return std::move(bytes_);
    }

private:
    std::size_t max_bytes_;
    std::size_t used_ = 0;
    Bytes bytes_;
};

enum class StreamEnd { complete, truncated, broken, too_large };

class Inflater {
public:
    // window_bits as inflateInit2 takes them: 16 + 15 gzip, 15 zlib, -15 bare deflate.
    explicit Inflater(int window_bits) : usable_(inflateInit2(&stream_, window_bits) == Z_OK)
    {
        // Browsers show a picture whose checksum is wrong, so it must not hide from us.
        if (usable_) usable_ = inflateValidate(&stream_, 0) == Z_OK;
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&stream_); }

    // One stream from the front of `content`, which keeps what stands behind the stream.
    StreamEnd run(ByteView& content, Output& output)
    {
        int code = usable_ ? Z_OK : Z_MEM_ERROR;
        while (code == Z_OK) {
            const auto room = output.room();
            if (room.empty()) return StreamEnd::too_large;
            const auto in_bytes = std::min<std::size_t>(content.size(), std::numeric_limits<uInt>::max());
            const auto out_bytes = std::min<std::size_t>(room.size(), std::numeric_limits<uInt>::max());
            stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(content.data()));
            stream_.avail_in = static_cast<uInt>(in_bytes);
            stream_.next_out = reinterpret_cast<Bytef*>(room.data());
            stream_.avail_out = static_cast<uInt>(out_bytes);
            code = inflate(&stream_, Z_NO_FLUSH);
            content = content.subspan(in_bytes - stream_.avail_in);
            output.add(out_bytes - stream_.avail_out);
            if (output.is_over()) return StreamEnd::too_large;
        }
        if (code == Z_STREAM_END) return StreamEnd::complete;
        return code == Z_BUF_ERROR && content.empty() ? StreamEnd::truncated : StreamEnd::broken;
    }

private:
    z_stream stream_{};
    bool usable_;
};

StreamEnd gunzip(ByteView content, Output& output)
{
    StreamEnd ending{};
    bool first = true;
    do {
        Inflater inflater(16 + MAX_WBITS);
        ending = inflater.run(content, output);
        // Members may follow each other (RFC 1952 section 2.2); what breaks after a whole one is mere
        // padding.
        if (!first && ending == StreamEnd::broken) return StreamEnd::complete;
        first = false;
    } while (ending == StreamEnd::complete && is_gzip(content));
    return ending;
}

// "deflate" means zlib (RFC 9110 section 8.4.1.2), yet some servers send the bare stream, and browsers take
// both.
bool begins_like_zlib(ByteView content)
{
    if (content.size() < 2) return true;
    const auto method = std::to_integer<unsigned>(content[0]);
    const auto flags = std::to_integer<unsigned>(content[1]);
    return (method & 0x0fU) == 8 && (method * 256 + flags) % 31 == 0;
}

StreamEnd undeflate(ByteView content, Output& output)
{
    Inflater inflater(begins_like_zlib(content) ? MAX_WBITS : -MAX_WBITS);
    return inflater.run(content, output);
}

struct BrotliEnd {
    void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
};

StreamEnd unbrotli(ByteView content, Output& output)
{
    const std::unique_ptr<BrotliDecoderState, BrotliEnd> state(
        BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
    if (!state) return StreamEnd::broken;
    auto in_bytes = content.size();
    const auto* in = reinterpret_cast<const std::uint8_t*>(content.data());
    while (true) {
        const auto room = output.room();
        if (room.empty()) return StreamEnd::too_large;
        auto out_bytes = room.size();
        auto* out = reinterpret_cast<std::uint8_t*>(room.data());
        const auto code =
            BrotliDecoderDecompressStream(state.get(), &in_bytes, &in, &out_bytes, &out, nullptr);
        output.add(room.size() - out_bytes);
        if (output.is_over()) return StreamEnd::too_large;
        if (code == BROTLI_DECODER_RESULT_SUCCESS) return StreamEnd::complete;
        if (code == BROTLI_DECODER_RESULT_ERROR) return StreamEnd::broken;
        // With a full room it may still hold back what it has decoded.
        if (code == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT && out_bytes > 0) return StreamEnd::truncated;
    }
}

struct ZstdEnd {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

StreamEnd unzstd(ByteView content, Output& output)
{
    const std::unique_ptr<ZSTD_DCtx, ZstdEnd> context(ZSTD_createDCtx());
    if (!context) return StreamEnd::broken;
    if (ZSTD_isError(ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, max_zstd_window_log)) != 0)
        return StreamEnd::broken;
    ZSTD_inBuffer in{content.data(), content.size(), 0};
    bool inside_frame = true;
    while (true) {
        const auto room = output.room();
        if (room.empty()) return StreamEnd::too_large;
        ZSTD_outBuffer out{room.data(), room.size(), 0};
        const auto in_before = in.pos;
        const auto code = ZSTD_decompressStream(context.get(), &out, &in);
        output.add(out.pos);
        if (output.is_over()) return StreamEnd::too_large;
        if (ZSTD_isError(code) != 0) return inside_frame ? StreamEnd::broken : StreamEnd::complete;
        inside_frame = code != 0;
        if (!inside_frame && in.pos == in.size) return StreamEnd::complete;
        const bool stuck = out.pos == 0 && in.pos == in_before;
        if (in.pos == in.size && (stuck || out.pos < room.size())) return StreamEnd::truncated;
    }
}

StreamEnd run(Coding coding, ByteView content, Output& output)
{
    switch (coding) {
    case Coding::gzip: return gunzip(content, output);
    case Coding::deflate: return undeflate(content, output);
    case Coding::brotli: return unbrotli(content, output);
    case Coding::zstd: return unzstd(content, output);
    }
    return StreamEnd::broken;
}

std::string_view name_of(Coding coding)
{
    switch (coding) {
    case Coding::gzip: return "gzip";
    case Coding::deflate: return "deflate";
    case Coding::brotli: return "br";
    case Coding::zstd: return "zstd";
    }
    return "unknown";
}

Error failure(Coding coding, StreamEnd ending, std::size_t max_bytes)
{
    const std::string name(name_of(coding));
    if (ending == StreamEnd::too_large)
        return Error{Errc::too_large, name + ": more than " + std::to_string(max_bytes) + " bytes decoded"};
    return Error{Errc::undecodable, name + ": broken stream"};
}

} // namespace

bool is_gzip(ByteView content) noexcept
{
    return content.size() >= 2 && content[0] == std::byte{0x1f} && content[1] == std::byte{0x8b};
}

bool leaves_content_alone(std::string_view content_encoding)
{
    const auto codings = parse_codings(content_encoding);
    return !codings || codings->empty();
}

std::string canonical_encodings(std::string_view content_encoding)
{
    const auto codings = parse_codings(content_encoding);
    std::string list;
    if (!codings) return list;
    for (std::size_t layer = 0; layer < std::min(codings->size(), max_layers + 1); ++layer)
        list += (layer == 0 ? "" : ", ") + std::string(name_of((*codings)[layer]));
    return list;
}

Result<DecodedContent> decode_content(ByteView content, std::string_view content_encoding,
                                      std::size_t max_bytes)
{
    const auto codings = parse_codings(content_encoding);
    DecodedContent decoded;
    if (!codings || codings->empty()) {
        if (content.size() > max_bytes)
            return Error{Errc::too_large, "content: over its limit of decoded bytes"};
        decoded.bytes.assign(content.begin(), content.end());
        return decoded;
    }
    if (codings->size() > max_layers)
        return Error{Errc::undecodable, "content_encoding: more than three layers"};
    for (auto coding = codings->rbegin(); coding != codings->rend() && !content.empty(); ++coding) {
        if (*coding == Coding::gzip)
            if (auto whole = gunzipped_whole(content, max_bytes)) {
                decoded.bytes = *std::move(whole);
                content = decoded.bytes;
                continue;
            }
        Output output(max_bytes);
        const auto ending = run(*coding, content, output);
        const bool is_nothing = ending == StreamEnd::broken && output.is_empty();
        if (is_nothing || ending == StreamEnd::too_large) return failure(*coding, ending, max_bytes);
        decoded.truncated = decoded.truncated || ending != StreamEnd::complete;
        decoded.bytes = std::move(output).take();
        content = decoded.bytes;
    }
    return decoded;
}

} // namespace stillwatch::sandbox
