#pragma once

#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/url.hpp"
#include "crawler/polite_fetcher.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace stillwatch::pipeline {

// Pictures that stood in documents which were read just now (Url::inside): each waits here for its visit,
// which then asks for nothing. Bounded; what is pushed out, or comes too late, is had from its document once
// more.
class PicturesInside {
public:
    static constexpr std::size_t max_bytes = 48U << 20U;
    static constexpr std::chrono::minutes max_age{10};

    struct Picture {
        std::shared_ptr<const crawler::PoliteAnswer> document; // the answer that holds it
        std::shared_ptr<const Bytes> file;
        Sha256 digest;
    };

    void keep(const crawler::PoliteAnswer& document, std::vector<Bytes> pictures, Timestamp now);
    // Of a picture's own address; it is given once.
    std::optional<Picture> take(const Url& url, Timestamp now);

private:
    struct Entry {
        Url url;
        Picture picture;
        Timestamp kept_at;
        std::size_t bytes; // with its part of the document
    };
    void drop_first();

    std::deque<Entry> entries_;
    std::size_t bytes_ = 0;
};

} // namespace stillwatch::pipeline
