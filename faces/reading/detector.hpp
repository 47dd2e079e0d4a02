#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "faces/profile.hpp"

#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>

#include <array>
#include <vector>

namespace stillwatch::faces {

// A face as the detector sees it, in pixels of what it was shown.
struct Detection {
    cv::Rect2d box;
    std::array<cv::Point2d, 5> points; // eyes, nose, corners of the mouth; image-left first
    double score = 0;

    // Eyes above the nose above the mouth, left on the left: found as it stands, and not turned or guessed.
    bool is_upright() const noexcept;
};

// Keeps of boxes that overlap more than `most_overlap` the surest; surest first.
void keep_surest(std::vector<Detection>& detections, double most_overlap);

// YuNet as of March 2022 (outputs loc, conf and iou), decoded as OpenCV 4.6's FaceDetectorYN does, which
// reads its model from a file only and so not behind the filter. One thread.
class Detector {
public:
    // Errors: malformed (the bytes are no such network).
    static Result<Detector> load(ByteView model, const DetectorProfile& profile);

    // Faces in a picture that is grey or has three channels, blue first, at most about 2 000 pixels a side;
    // as it stands, small ones padded. Errors: undecodable (the network failed on it).
    Result<std::vector<Detection>> faces_in(const cv::Mat& picture);

private:
    Detector(cv::dnn::Net net, const DetectorProfile& profile) : net_(std::move(net)), profile_(profile) {}
    std::vector<Detection> decoded(const cv::Mat& loc, const cv::Mat& conf, const cv::Mat& iou,
                                   cv::Size size) const;

    cv::dnn::Net net_;
    DetectorProfile profile_;
};

// The network in the bytes of an ONNX file, for one thread. Errors: malformed.
Result<cv::dnn::Net> read_network(ByteView model);

} // namespace stillwatch::faces
