#include "cli/enrol.hpp"

#include "cases/consent.hpp"
#include "cases/references.hpp"
#include "cli/face_files.hpp"
#include "cli/pictures.hpp"
#include "cli/session.hpp"
#include "faces/reference_face.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace stillwatch::cli {

namespace {

namespace fs = std::filesystem;

// What is known of the case.
struct FaceCase {
    std::string pseudonym; // as it is called, however it was typed: the seal is bound to it
    Bytes public_key;
    std::set<std::string> names;
    std::size_t faces = 0; // already there
};

struct Photograph {
    fs::path file;
    Sha256 digest;
    Face face;
};

// The lowest free "F-01", "F-02", …
std::string next_name(std::set<std::string>& taken)
{
    for (int number = 1;; ++number) {
        auto name = fmt::format("F-{:02}", number);
        if (taken.insert(name).second) return name;
    }
}

Result<FaceCase> case_of(const config::Config& config, const std::string& pseudonym)
{
    const auto shown = run(config, {"case.show", {{"case", pseudonym}}});
    if (!shown) return shown.error();
    const auto& c = shown->as_object();
    if (const auto consent = text_member(c, "consent").value_or(""); consent != "valid")
        return Error{Errc::refused,
                     fmt::format("{}: consent is {}; nothing can be added", pseudonym, consent)};
    Consent consent;
    if (const auto* record = c.if_contains("consent_record"); record != nullptr && record->is_object())
        consent.scope = text_member(record->as_object(), "scope").value_or("");
    if (!cases::covers(consent, "faces")) return cases::consent_without_faces();
    FaceCase found{text_member(c, "case").value_or(pseudonym), {}, {}};
    const auto key = text_member(c, "public_key").value_or("");
    found.public_key.resize(key.size() / 2);
    (void)from_hex(key, found.public_key); // a wrong key is refused as it is used
    for (const auto& reference : c.at("reference_list").as_array()) {
        const auto name = text_member(reference.as_object(), "name").value_or("");
        found.faces += name.starts_with("F-") ? 1 : 0;
        found.names.insert(name);
    }
    return found;
}

Result<std::vector<Photograph>> photographs_in(Program& program, const config::Config& config,
                                               const daemon::FaceSetup& setup,
                                               const std::vector<fs::path>& files)
{
    std::vector<Photograph> all;
    const auto refuse = [&](const fs::path& file, const Error& error) {
        program.exit_code = print_error({error.code, fmt::format("{}: {}", file.string(), error.detail)});
    };
    const auto read = read_faces(config, setup, files, [&](const fs::path& file, const auto& seen) {
        if (!seen) return refuse(file, seen.error());
        const auto face = faces::reference_face(*seen, setup.profile.gates);
        if (!face) return refuse(file, face.error());
        const auto bytes = read_file(file, static_cast<std::size_t>(config.fetch.max_image_bytes));
        if (!bytes) return refuse(file, bytes.error());
        all.push_back({file, Sha256::of(*bytes), *face});
    });
    if (!read) return read.error();
    return all;
}

// Takes those out that are not like the others, and names them.
void refuse_odd_ones(Program& program, const faces::Gates& gates, std::vector<Photograph>& photographs)
{
    std::vector<std::vector<float>> embeddings;
    for (const auto& one : photographs)
        embeddings.push_back(one.face.embedding);
    const auto odd = faces::odd_ones(embeddings, gates);
    for (const auto place : odd)
        program.exit_code =
            print_error({Errc::refused,
                         fmt::format("{}: this face is not like the others: is it the same person? Leave it "
                                     "out, or say --same-person where you know it is",
                                     photographs[place].file.string())});
    std::vector<Photograph> kept;
    for (std::size_t i = 0; i < photographs.size(); ++i)
        if (std::ranges::find(odd, i) == odd.end()) kept.push_back(std::move(photographs[i]));
    photographs = std::move(kept);
}

// The row of one that was added; nothing where it was refused, which is told.
std::optional<json::object> hand_over(Program& program, const config::Config& config, FaceCase& of,
                                      const Sha256& model, const Photograph& photograph)
{
    const auto record = matcher::make_reference_record(
        matcher::ReferenceFace{model, photograph.digest, photograph.face.embedding});
    const auto name = next_name(of.names);
    const auto refuse = [&](const Error& error) {
        of.names.erase(name);
        program.exit_code =
            print_error({error.code, fmt::format("{}: {}", photograph.file.string(), error.detail)});
    };
    const auto sealed = cases::seal_reference(of.public_key, of.pseudonym, record);
    if (!sealed) {
        refuse(sealed.error());
        return std::nullopt;
    }
    constexpr int quality_percent = 100; // it passed the gates; there is nothing finer to say
    const auto reply = run(config, {"reference.add",
                                    {{"case", of.pseudonym},
                                     {"name", name},
                                     {"sealed", to_hex(sealed->bytes)},
                                     {"extractor_version", extractor_version},
                                     {"quality_percent", quality_percent},
                                     {"weak", false}}});
    if (!reply) {
        refuse(reply.error());
        return std::nullopt;
    }
    return json::object{{"reference", name},
                        {"width_px", std::lround(photograph.face.side_px)},
                        {"file", photograph.file.string()}};
}

} // namespace

void enrol_faces(Program& program, const std::string& pseudonym, const std::vector<std::string>& files,
                 bool is_same_person)
{
    const auto config = load(program.global);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    const auto fail = [&](const Error& error) { program.exit_code = print_error(error); };
    const auto setup = daemon::face_setup(*config);
    if (!setup) return fail(setup.error());
    auto of = case_of(*config, pseudonym);
    if (!of) return fail(of.error());
    auto photographs = photographs_in(program, *config, *setup, {files.begin(), files.end()});
    if (!photographs) return fail(photographs.error());
    if (!is_same_person) refuse_odd_ones(program, setup->profile.gates, *photographs);
    json::array added;
    for (const auto& photograph : *photographs)
        if (auto row = hand_over(program, *config, *of, setup->profile.model(), photograph))
            added.push_back(*std::move(row));
    print_rows(program.global.style(), added, {"reference", "width_px", "file"}, "no face was added");
    if (program.global.style() == Style::json) return;
    if (const auto advice = faces::advice_for(of->faces + added.size()); !advice.empty())
        fmt::print("{}\n", advice);
}

} // namespace stillwatch::cli
