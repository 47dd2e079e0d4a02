#pragma once

#include "core/finding.hpp"
#include "store/notice_table.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What a regulator is handed when the time of a notice is over and something is still up.
namespace stillwatch::followup {

enum class Regulator : std::uint8_t { ftc, ofcom, esafety, dsc };
std::string_view name_of(Regulator regulator) noexcept;
std::optional<Regulator> regulator_from_name(std::string_view name) noexcept;
std::string regulator_names();

// Which one a route leads to; nothing where it leads to none.
std::optional<Regulator> regulator_of(std::string_view route) noexcept;

// Whether the picture was there at a moment, as somebody went to look.
struct TimedLook {
    FindingId finding;
    std::string page_url;
    std::string image_url;
    Timestamp at{};
    int status = 0;   // HTTP; 0: no answer; -1: not kept
    std::string says; // "up", "gone", … as the check judged it; empty: only the status is known
};

// The package that witnesses a place.
struct Witness {
    FindingId finding;
    std::string file;
    std::string digest; // SHA-256, hexadecimal
};

struct RegulatorPack {
    Regulator regulator = Regulator::ftc;
    store::NoticeRow notice;
    std::string text;             // of the notice
    std::vector<TimedLook> looks; // oldest first
    std::vector<Witness> witnesses;
    std::int64_t places_left_out = 0; // of its findings, beyond those looked up here
    std::string organisation;
    std::string signatory;
    std::string email;
    Timestamp now{};
};

// Why a pack cannot be made yet; nothing where it can: it was sent, its time is over or the recipient
// refused, and something is up.
std::optional<std::string> why_not_escalated(const store::NoticeRow& notice, std::int64_t still_up,
                                             Timestamp now);

// The report as plain text: what was asked when, what was answered, what was seen when, what proves it, and
// the notice as it was sent.
std::string text_of(const RegulatorPack& pack);

} // namespace stillwatch::followup
