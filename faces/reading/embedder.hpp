#pragma once

#include "faces/profile.hpp"
#include "faces/reading/detector.hpp"

#include <vector>

namespace stillwatch::faces {

// A face cut out and turned so that eyes, nose and mouth lie where the template has them: least squares over
// shift, turn and size. Outside of the picture it is black.
cv::Mat aligned(const cv::Mat& picture, const Detection& face, const EmbedderProfile& profile);

// One network that makes numbers of an aligned face.
class Embedder {
public:
    // Errors: malformed (no network, or one that gives another number of numbers than the profile says).
    static Result<Embedder> load(ByteView model, const EmbedderProfile& profile, bool averages_mirrored);

    // `dimension` numbers of unit length, and the length that they had (of the face as it stands).
    struct Embedded {
        std::vector<float> numbers;
        double norm = 0;
    };
    // Errors: undecodable (the network failed on it, or gave what is no number).
    Result<Embedded> embed(const cv::Mat& picture, const Detection& face);

private:
    Embedder(cv::dnn::Net net, const EmbedderProfile& profile, bool averages_mirrored)
        : net_(std::move(net)), profile_(profile), averages_mirrored_(averages_mirrored)
    {
    }
    std::vector<float> numbers_of(const cv::Mat& face);

    cv::dnn::Net net_;
    EmbedderProfile profile_;
    bool averages_mirrored_;
};

} // namespace stillwatch::faces
