#pragma once

#include "core/face.hpp"
#include "core/id.hpp"
#include "faces/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

namespace stillwatch::faces {

// One enrolled face of a person; the numbers are the caller's.
struct EnrolledFace {
    ReferenceId reference;
    CaseId case_id;
    std::span<const float> embedding; // unit length
};

// A face and an enrolled person who look alike.
struct Resemblance {
    CaseId case_id;
    ReferenceId reference; // the person's first: a finding names one
    Band band = Band::weak;
    double similarity = 0; // for tests and the bench; told to nobody
    int references = 0;    // that the person is known by

    friend bool operator==(const Resemblance&, const Resemblance&) = default;
};

// Everyone whose consent covers faces now, each as the mean of the enrolled faces. Nobody else is compared
// with, and nothing of a probe is kept. Immutable; any thread. The numbers lie in `memory` and are wiped.
class People {
public:
    // Faces of another dimension than the first are left out (the caller told of them).
    People(std::span<const EnrolledFace> faces, const ThresholdTable& table, const Budget& budget,
           std::pmr::memory_resource& memory);
    People(const People&) = delete;
    People& operator=(const People&) = delete;
    ~People();

    // Those whom the face is like, most alike first. `faces`: of how many faces of one track the probe is the
    // mean. None where the probe is of another dimension.
    std::vector<Resemblance> alike(std::span<const float> probe, int faces = 1) const;

    std::size_t size() const noexcept { return people_.size(); }
    const BandRates& rates() const noexcept { return rates_; }

private:
    struct Person {
        CaseId case_id;
        ReferenceId first;
        int references = 0;
    };

    std::size_t dimension_ = 0;
    std::vector<Person> people_;
    std::pmr::vector<std::int16_t> means_; // a row a person, in 1/16384
    BandRates rates_;
    ThresholdTable table_;
};

// Product of two vectors of one length; of unit length their similarity, -1..1.
float similarity(std::span<const float> one, std::span<const float> other) noexcept;

} // namespace stillwatch::faces
