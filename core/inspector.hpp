#pragma once

#include "core/async.hpp"
#include "core/bytes.hpp"
#include "core/fingerprint.hpp"
#include "core/frame_times.hpp"
#include "core/links.hpp"
#include "core/playlist.hpp"
#include "core/result.hpp"

#include <memory>
#include <string>

namespace stillwatch {

// Whose word on a document counts. A process serves one site after another: one that a hostile picture took
// over could lie about the pictures of other sites (docs/decisions/0011-whose-word-counts.md).
enum class Trust : std::uint8_t {
    anyone,             // the first process that has it
    confirmed_refusals, // a refusal only of a process that served no other site
    unshared,           // only of a process that served no other site
    fresh               // only of a process that served nobody before
};

// Who told of a document: how many answers came of processes that served other sites too, and of such that
// had not.
struct Tellers {
    std::size_t shared = 0;
    std::size_t unshared = 0;
};

// Bytes of the network with what their sender said of them; nothing of it is trusted.
struct Document {
    std::shared_ptr<const Bytes> body; // without chunk framing, still content-encoded
    std::string content_encoding{};    // value of the header, may be empty or a list
    std::string content_type{};        // value of the header, may be empty
    std::string link{};                // values of Link headers, joined by commas, may be empty
    std::string site{};                // whose it is; empty: a person's own
    Trust trust = Trust::confirmed_refusals;
    std::uint32_t first_picture = 0;    // of a package: those before it were told already
    bool wants_list_digests = false;    // of features(): PictureFeatures::list_digests
    std::shared_ptr<Tellers> tellers{}; // counts there, where it is given
};

// Reads hostile bytes in a restricted process. Errors: undecodable (the decoder's own refusal), too_large (a
// limit on decoded bytes or pixels), malformed (the content encoding breaks its format; `base` is no
// address), invalid_argument (a picture too small to compare, an address or header over its bound), exists
// (of links(): what stands there is a picture), lost (each process that had it died or was late: nothing is
// known, and another day may bring an answer), io (no worker can be started: the document was not read and
// may be tried later), cancelled.
class Inspector {
public:
    static constexpr Errc lost = Errc::timed_out;

    virtual ~Inspector() = default;
    // The addresses in a document fetched from `base`: a page, style sheet, feed, sitemap, JSON, WebVTT or
    // text. Of a package (ZIP, RAR, 7z, PDF) the pictures in it, a few at a time; refused where all of it is
    // under a password.
    virtual Task<Result<PageLinks>> links(Document document, std::string base) = 0;
    // What there is to compare in a picture.
    virtual Task<Result<PictureFeatures>> features(Document document, Detail detail) = 0;
    // Sign grids of a picture that features() was asked of: file_digest as told there, so that a process that
    // still has the picture need not decode it again. One a view, in their order; at most max_views.
    static constexpr std::size_t max_views = 16;
    virtual Task<Result<std::vector<SignGrid>>> views(Document document, Sha256 file_digest,
                                                      std::vector<View> views) = 0;
    // What an HLS or DASH playlist that was fetched from `base` names. Its addresses are as its sender wrote
    // them, made absolute: whoever asks for one checks it like any link. Undecodable: it is no playlist.
    virtual Task<Result<Playlist>> playlist(Document document, std::string base) = 0;
    // When the frames of a picture are seen that features() told of: asked where one of them matches.
    virtual Task<Result<FrameTimes>> frame_times(Document document) = 0;
};

} // namespace stillwatch
