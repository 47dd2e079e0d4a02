#pragma once

#include "core/clock.hpp"
#include "core/counters.hpp"
#include "core/face_reader.hpp"
#include "core/inspector.hpp"
#include "core/problems.hpp"
#include "core/video_reader.hpp"
#include "crawler/polite_fetcher.hpp"
#include "pipeline/reference_keeper.hpp"
#include "pipeline/stores.hpp"
#include "vault/sign.hpp"

#include <boost/asio/thread_pool.hpp>

#include <functional>

namespace stillwatch::pipeline {

class UnderCheck;

// The parts a picture passes on its way; all outlive those who are given them.
struct Services {
    Stores& stores;
    crawler::PoliteFetcher& fetcher;
    Inspector& inspector;
    ReferenceKeeper& references;
    asio::thread_pool& cpu;
    const vault::SigningKey& signing;
    const Clock& clock;
    Counters& counters;
    Problems& problems;
    std::function<void()> alerts_queued; // called after findings were committed
    VideoReaders* videos = nullptr;      // null: nothing here reads videos
    FaceReader* faces = nullptr;         // null: nobody looks for faces
    UnderCheck* under_check = nullptr;   // null: nobody checks whether findings are still up
};

} // namespace stillwatch::pipeline
