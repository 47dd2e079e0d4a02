#pragma once

#include "core/bytes.hpp"
#include "core/contact_answers.hpp"
#include "core/digest.hpp"
#include "core/face.hpp"
#include "core/fingerprint.hpp"
#include "core/frame_times.hpp"
#include "core/links.hpp"
#include "core/playlist.hpp"
#include "core/result.hpp"
#include "core/sign_grid.hpp"
#include "core/url.hpp"
#include "features/preview.hpp"
#include "html/extract.hpp"
#include "pictures/limits.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// What daemon and worker say to each other. Numbers are little-endian; text is u16 length + bytes. Both ends
// are the same build, so the format has a mark but no version. The daemon trusts nothing of an answer: every
// decoder takes any bytes and gives a value within the stated bounds or `malformed`.
//
//   datagram: u32 length of the request, the request, and the bytes to read; those of more than
//             max_bytes_in_datagram come beside it as a sealed memfd
//   request
//     u32 "SWQ1"  u64 number (from 1)  u64 body_bytes  u64 max_decoded_bytes  u8 kind  text content_encoding
//     kind 1 links:    text content_type  text link  text base  u64 max_bytes  u64 max_links  u64 max_depth
//                      u64 max_attributes
//     kind 2 features: picture limits  u8 detail  u8 wants_list_digests
//     kind 3 views:    picture limits  32 bytes file_digest  u8 count
//                      { u8 frame  u8 tile_columns  u8 tile_rows  6 x f64 mapping } …
//     kind 4 preview:  picture limits
//     kind 5 playlist: text base
//     kind 6 faces:    picture limits
//     kind 7 times:    picture limits
//     kind 8 rdap, kind 9 security.txt: nothing more
//     picture limits:  u64 max_pixels  u32 max_side_px  u32 min_side_px  u64 max_working_bytes
//   answer (a pipe): header u32 "SWA1"  u64 number (of the request)  u32 payload_bytes, then the payload
//     u8 0 error:    u8 code  text detail
//     u8 1 links:    text charset  u8 truncated  u8 wall  u8 pictures  { u32 length  the file } …
//                    u32 count  { u8 mechanism  u8 kind  u32 item  text url } …
//     u8 2 features: u8 has_list_digests  [ 16 bytes MD5  20 bytes SHA-1 ]  "The features" of
//     docs/formats/reference.md: frames, local features, sign grids with
//                    traits
//     u8 4 sign grids: u8 count  { u8 tile_columns  u8 tile_rows  four planes } …, as in a reference
//     u8 5 preview:  u32 width_px  u32 height_px (of the picture)  u16 columns  u16 rows
//                    columns * rows grey levels, row by row
//     u8 6 playlist: u8 is_live  u8 truncated  u8 variants  { text playlist  text file  range index
//                    u16 width_px  u16 height_px  u64 bits_per_second  u8 has_key_frames_only  u8
//                    is_protected u32 inits  { text url  range } … u32 keys  { text url  u8 has_iv  [ 16
//                    bytes ] } … u32 segments  { text url  range  f64 seconds  u64 sequence  u32 init  u32
//                    key u8 is_discontinuous } … } …
//     u8 7 faces:    u32 width_px  u32 height_px  32 bytes model  u8 is_in_part  u32 left_out  u16 dimension
//                    u8 count  { 4 x f64 box  f64 score  f64 side_px  f64 norm  u8 frame
//                    dimension x f32 } …
//     u8 8 times:    u8 version (1)  u32 duration_ms  u8 count  { u32 from_ms  u32 to_ms } …
//     u8 9 rdap:     text object  text name  text registrar  texts organisations
//                    u8 count  { text name  texts emails  texts phones } …  u8 has_related  [ text related ]
//     u8 10 security.txt: texts contacts  u8 has_expires  [ u64 ms since 1970 ]
//     texts: u8 count  { text } …
//     range: u64 offset  u64 length; both 0: there is none
//   greeting (an answer with number 0, once, before the first request)
//     u8 3 ready, or an error: why the worker refuses to run
namespace stillwatch::sandbox {

constexpr std::size_t max_content_encoding_bytes = 256;
constexpr std::size_t max_content_type_bytes = 1024;
constexpr std::size_t max_views = 16; // Inspector::max_views
constexpr std::size_t max_link_header_bytes = 8U << 10U;
constexpr std::size_t max_request_bytes = 20U << 10U;
// A memfd of its own, with its mapping, costs three times as much as such a copy.
constexpr std::size_t max_bytes_in_datagram = 32U << 10U;
constexpr std::size_t request_length_bytes = 4;
constexpr std::size_t max_datagram_bytes = request_length_bytes + max_request_bytes + max_bytes_in_datagram;
constexpr std::size_t answer_header_bytes = 16;
constexpr std::size_t max_answer_bytes = 16U << 20U; // of one payload

struct LinksWork {
    std::string content_type;
    std::string link; // Link headers
    std::string base; // at most Url::max_bytes
    html::ExtractLimits limits;
    std::uint32_t first_picture = 0; // of a package
};

struct FeaturesWork {
    pictures::PictureLimits limits;
    Detail detail = Detail::hashes;
    bool wants_list_digests = false;
};

// The worker answers from what it keeps of the picture with that digest, else it reads the body again.
struct ViewsWork {
    pictures::PictureLimits limits;
    Sha256 file_digest;
    std::vector<View> views; // 1..max_views
};

// The picture small and grey, for a person who asks why it matched.
struct PreviewWork {
    pictures::PictureLimits limits;
};

// What a playlist of a video names (videos/playlist.hpp).
struct PlaylistWork {
    std::string base; // at most Url::max_bytes
};

// The faces in a picture; answered by stillwatch-faces.
struct FacesWork {
    pictures::PictureLimits limits;
};

// When the frames of an animated picture are seen.
struct TimesWork {
    pictures::PictureLimits limits;
};

// What a registry, or a site's security.txt, says of whom to write to.
struct RdapWork {};
struct SecurityTxtWork {};

struct Request {
    std::uint64_t number = 0; // comes back in the answer
    std::uint64_t body_bytes = 0;
    std::uint64_t max_decoded_bytes = 0;
    std::string content_encoding;
    std::variant<LinksWork, FeaturesWork, ViewsWork, PreviewWork, PlaylistWork, FacesWork, TimesWork,
                 RdapWork, SecurityTxtWork>
        work;
};

// Errors: invalid_argument (a text over its bound; views that are none: their number, frame or tiles out of
// bounds, a mapping that is not finite).
Result<Bytes> encode_request(const Request& request);
std::array<std::byte, request_length_bytes> encode_request_length(std::size_t bytes) noexcept;

// The two parts of a datagram, views into it. Errors: malformed (the request would be longer than it).
struct Datagram {
    ByteView request;
    ByteView body; // empty where it comes beside it
};
Result<Datagram> split_datagram(ByteView datagram);
// Errors: malformed.
Result<Request> decode_request(ByteView message);

// Why a worker found nothing: a type of its own, so that a Result<Answer> tells it from an answer that breaks
// the format.
struct Refusal {
    explicit Refusal(Error why) : error(std::move(why)) {}
    Error error;

    friend bool operator==(const Refusal&, const Refusal&) = default;
};

using Answer = std::variant<Refusal, PageLinks, PictureFeatures, std::vector<SignGrid>, features::Preview,
                            Playlist, FacesSeen, FrameTimes, RdapAnswer, SecurityTxt>;

// Header and payload. What does not fit (an address over Url::max_bytes, links past max_answer_bytes) is left
// out and PageLinks::truncated is set; an error's detail is cut to one line of printable ASCII.
Bytes encode_answer(std::uint64_t number, const Answer& answer);
Bytes encode_greeting(const Result<void>& restricted);

struct AnswerHeader {
    std::uint64_t number = 0;
    std::size_t payload_bytes = 0; // 1..max_answer_bytes

    friend bool operator==(const AnswerHeader&, const AnswerHeader&) = default;
};

// The first answer_header_bytes of what came through the pipe. Errors: malformed.
Result<AnswerHeader> decode_answer_header(ByteView header);
// The answer to `request`: of its kind, with the detail or the views asked for, and within its limits.
// Errors: malformed (the worker lies or is broken).
Result<Answer> decode_answer(ByteView payload, const Request& request);
// Nothing when the worker is ready. Errors: what the worker gave, or malformed.
Result<void> decode_greeting(ByteView payload);

} // namespace stillwatch::sandbox
