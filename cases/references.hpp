#pragma once

#include "cases/consent.hpp"
#include "cases/consented_place.hpp"
#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/fingerprint.hpp"
#include "core/result.hpp"
#include "matcher/reference_codec.hpp"
#include "matcher/reference_set.hpp"
#include "store/case_database.hpp"
#include "vault/seal.hpp"

#include <memory>
#include <memory_resource>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::cases {

// Of a reference that is a video so many frames are kept.
constexpr int most_frames_of_video = static_cast<int>(matcher::EnrolledReference::max_moments);

// A picture's fingerprints, sealed so that only the case's key opens them; what people are told of it stays
// in clear.
struct SealedReference {
    Bytes bytes;
    int quality_percent = 0;
    bool weak = false;
    std::string weak_reason;
    int frames = 0; // that are kept of a video; 0: it is a picture
};

// Errors: invalid_argument (`public_key` is not one of a case).
Result<SealedReference> seal_reference(ByteView public_key, std::string_view pseudonym,
                                       const PictureFeatures& features);

// The same by who knows a case by its key only, on another machine (`stillwatch reference seal`).
Result<SealedReference> seal_reference(ByteView public_key, const PictureFeatures& features);

// The same of a record, as of a video.
Result<SealedReference> seal_reference(ByteView public_key, std::string_view pseudonym,
                                       const matcher::ReferenceRecord& record);
Result<SealedReference> seal_reference(ByteView public_key, const matcher::ReferenceRecord& record);

// A hash that others brought, of a picture that nobody here has. Errors as above.
Result<Bytes> seal_hash(ByteView public_key, std::string_view pseudonym, const ListedHash& hash);

// What such a machine hands over of one picture: a JSON line without the name of its file. Errors: malformed;
// refused (sealed for another key, or made by another extractor version).
std::string write_sealed(ByteView public_key, const SealedReference& sealed);
Result<SealedReference> read_sealed(std::string_view line, ByteView public_key);

// A reference that should be compared and cannot be, and why: another installation's key, an older
// extractor's record, damage.
struct RefusedReference {
    std::string pseudonym;
    std::string name; // empty: none of the case, whose key does not open
    Error reason;
};

// What stands in the database of the cases whose consent is valid: all that opening needs.
struct ReferencePlan {
    struct Row {
        ReferenceId id;
        std::string name;
        Bytes sealed; // empty where the caller has it opened
    };
    struct CaseRows {
        CaseId id;
        std::string pseudonym;
        Bytes public_key;
        Bytes sealed_secret_key;
        std::vector<Row> references;
        std::vector<Bytes> places{}; // consented ones, sealed
        bool covers_videos = false;  // the consent: else references that are videos stay closed
        bool covers_faces = false;   // likewise faces
    };
    std::vector<CaseRows> cases;
    std::int64_t state = 0;               // CaseDatabase::references_state()
    Timestamp moment{};                   // by which consents were decided
    std::optional<Timestamp> next_change; // when some consent begins or ends: plan again then
};

// `opened`: references that need not be read again. Store thread. Throws std::runtime_error (a disk that
// cannot be read).
ReferencePlan plan_references(const store::CaseDatabase& database, ConsentTime moment,
                              const std::set<ReferenceId>& opened);

// Why a reference that is a video, or a face, is not opened.
Error consent_without_videos();
Error consent_without_faces();

struct OpenedReferences {
    std::vector<std::shared_ptr<const matcher::StoredReference>>
        references; // of the plan's rows with sealed bytes
    std::vector<RefusedReference> refused;
    ConsentedPlaces places;                 // where pictures may stay, of the plan's cases
    std::vector<std::string> lost_places{}; // cases of which a place does not open: nothing is silent there
};

// Opens what the plan brings with the keys of its cases; the keys of all others stay sealed. Clear
// fingerprints lie in `memory` only, which must outlive them. Any thread. Throws vault::LockedMemoryError
// when memory cannot be locked.
OpenedReferences open_references(const ReferencePlan& plan, const vault::KeyPair& installation,
                                 std::pmr::memory_resource& memory);

// Whether both are of one picture: the same bytes, or the same features, as of one picture in two files.
bool is_same_picture(const matcher::StoredReference& one, const matcher::StoredReference& other);

// Opens all references of the case and the record, and gives the reference that shows the same picture, if
// there is one. For who holds none open. Errors: refused (the record cannot be opened here: it would never be
// compared). Store thread. Throws as plan_references and open_references do.
Result<std::optional<ReferenceId>> find_same_picture(const store::CaseDatabase& database,
                                                     const vault::KeyPair& installation, const Case& c,
                                                     Bytes sealed, std::pmr::memory_resource& memory);

} // namespace stillwatch::cases
