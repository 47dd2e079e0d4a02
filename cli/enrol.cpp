#include "cli/enrol.hpp"

#include "cases/references.hpp"
#include "cli/pictures.hpp"
#include "cli/session.hpp"

#include <fmt/format.h>

#include <set>

namespace stillwatch::cli {

namespace {

// The lowest free "R-01", "R-02", …
std::string next_name(std::set<std::string>& taken)
{
    for (int number = 1;; ++number) {
        auto name = fmt::format("R-{:02}", number);
        if (taken.insert(name).second) return name;
    }
}

struct Enrolment {
    Program& program;
    const config::Config& config;
    std::string pseudonym;
    Bytes public_key;
    std::set<std::string> names;
    json::array added;
};

void enrol(Enrolment& enrolment, const std::filesystem::path& file, const Result<PictureFeatures>& features)
{
    const auto refuse = [&](const Error& error) {
        auto detail = error.detail;
        if (!detail.starts_with(file.string())) detail = fmt::format("{}: {}", file.string(), detail);
        enrolment.program.exit_code = print_error({error.code, detail});
    };
    if (!features) return refuse(features.error());
    const auto sealed = cases::seal_reference(enrolment.public_key, enrolment.pseudonym, *features);
    if (!sealed) return refuse(sealed.error());
    const auto name = next_name(enrolment.names);
    const control::Command command{"reference.add",
                                   {{"case", enrolment.pseudonym},
                                    {"name", name},
                                    {"sealed", to_hex(sealed->bytes)},
                                    {"extractor_version", extractor_version},
                                    {"quality_percent", sealed->quality_percent},
                                    {"weak", sealed->weak}}};
    const auto reply = run(enrolment.config, command);
    if (!reply) {
        enrolment.names.erase(name);
        return refuse(reply.error());
    }
    json::object row{{"file", file.string()},
                     {"reference", name},
                     {"quality_percent", sealed->quality_percent},
                     {"weak", sealed->weak},
                     {"remark", sealed->weak_reason}};
    enrolment.added.push_back(std::move(row));
}

} // namespace

void enrol_files(Program& program, const std::string& pseudonym, const std::vector<std::string>& files)
{
    const auto config = load(program.global);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    const auto shown = run(*config, {"case.show", {{"case", pseudonym}}});
    if (!shown) {
        program.exit_code = print_error(shown.error());
        return;
    }
    const auto& c = shown->as_object();
    // As the case is called, however it was typed: the seal is bound to it.
    Enrolment enrolment{program, *config, text_member(c, "case").value_or(pseudonym), {}, {}, {}};
    const auto consent = text_member(c, "consent").value_or("");
    if (consent != "valid") {
        const auto detail = fmt::format("{}: consent is {}; nothing can be added", pseudonym, consent);
        program.exit_code = print_error({Errc::refused, detail});
        return;
    }
    const auto key = text_member(c, "public_key").value_or("");
    enrolment.public_key.resize(key.size() / 2);
    (void)from_hex(key, enrolment.public_key); // a wrong key is refused as it is used
    for (const auto& reference : c.at("reference_list").as_array())
        enrolment.names.insert(text_member(reference.as_object(), "name").value_or(""));

    const std::vector<std::filesystem::path> paths(files.begin(), files.end());
    const auto read =
        read_pictures(*config, paths, Detail::reference,
                      [&](const auto& file, const auto& features) { enrol(enrolment, file, features); });
    if (!read) program.exit_code = print_error(read.error());
    print_rows(program.global.style(), enrolment.added,
               {"reference", "quality_percent", "weak", "file", "remark"}, "no reference was added");
}

} // namespace stillwatch::cli
