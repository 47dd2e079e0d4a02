#pragma once

#include "core/async.hpp"
#include "core/face.hpp"
#include "core/inspector.hpp"
#include "core/result.hpp"

namespace stillwatch {

// Reads faces in a restricted process. Errors: those of Inspector; not_found (no models are configured).
class FaceReader {
public:
    virtual ~FaceReader() = default;
    virtual Task<Result<FacesSeen>> faces(Document document) = 0;
};

} // namespace stillwatch
