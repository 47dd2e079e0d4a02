#pragma once

#include "core/ascii.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace stillwatch::html {

// Elements that show a video: that of HTML, AMP's and that of video.js.
constexpr bool is_video_name(std::string_view name) noexcept
{
    return same_name(name, "video") || same_name(name, "amp-video") || same_name(name, "video-js");
}

// Tells which pictures of a document are one in several sizes, and which videos one in several qualities:
// numbers for the addresses of a start tag, for those of a <picture> with its sources, and for what an anchor
// leads to with the thumbnails inside it. Whoever reads the tags, in their order, tells of them.
class Items {
public:
    // A wall of pictures behind one address is no thumbnail of it: an anchor that is never closed ends by
    // itself.
    static constexpr int max_pictures_of_anchor = 4;

    // For a start tag that shows something of its own.
    int own() const noexcept { return last_ + 1; }
    // For an <img>: it completes the <picture> it stands in.
    int of_img() noexcept
    {
        if (picture_ == 0) return of_anchor();
        const int item = picture_;
        picture_ = 0;
        return item;
    }
    int of_source() const noexcept { return picture_ != 0 ? picture_ : own(); }
    // The open <video>; 0 where none is.
    int of_video() const noexcept { return video_; }
    void used(int item) noexcept { last_ = std::max(last_, item); }

    // For a <video>, its sources and what its attributes name; its poster is a picture of its own.
    void open_video() noexcept
    {
        video_ = own();
        used(video_);
    }
    void end_video() noexcept { video_ = 0; }
    void open_picture() noexcept
    {
        picture_ = of_anchor();
        used(picture_);
        end_video();
    }
    // item: of the picture it leads to; 0: it leads to none, and ends the one before.
    void open_anchor(int item) noexcept
    {
        anchor_ = item;
        room_ = max_pictures_of_anchor;
        untold_ = none;
    }
    // For an anchor around what is read now: the open <picture> has a number already.
    int of_surrounding_anchor() const noexcept { return picture_ != 0 ? picture_ : own(); }
    // The open anchor leads to a picture only if its thumbnail stands inside; `candidate`: its place in the
    // list.
    void await_thumbnail(std::size_t candidate) noexcept { untold_ = candidate; }
    static constexpr auto none = static_cast<std::size_t>(-1);
    std::size_t awaits_thumbnail() const noexcept { return untold_; }
    void close(std::string_view name) noexcept
    {
        if (anchor_ != 0 && same_name(name, "a")) anchor_ = 0;
        if (untold_ != none && same_name(name, "a")) untold_ = none;
        if (picture_ != 0 && same_name(name, "picture")) picture_ = 0;
        if (video_ != 0 && name.size() >= 5 && is_video_name(name)) end_video();
    }
    // Another reading of the same document begins; numbers go on.
    void begin_again() noexcept
    {
        anchor_ = picture_ = video_ = 0;
        untold_ = none;
    }

private:
    int of_anchor() noexcept
    {
        if (anchor_ == 0 || room_ == 0) return own();
        --room_;
        return anchor_;
    }

    int last_ = 0;
    int anchor_ = 0;  // of the open anchor
    int room_ = 0;    // pictures that it may still hold
    int picture_ = 0; // of the open <picture> that awaits its <img>
    int video_ = 0;   // of the open <video>
    std::size_t untold_ = none;
};

} // namespace stillwatch::html
