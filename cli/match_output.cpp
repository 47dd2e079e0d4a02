#include "cli/match_output.hpp"

#include "core/match_json.hpp"

#include <fmt/format.h>
#include <fmt/os.h>

#include <unistd.h>

namespace stillwatch::cli {

namespace {

std::string quoted(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string result = "\"";
    for (const char c : text)
        result += c == '"' ? "\"\"" : std::string(1, c);
    return result + '"';
}

std::string csv_line(const std::string& file, const Match& match, const std::string& reference)
{
    return fmt::format("{},{},{},{},{},{:.4f},{},{},{}\n", quoted(file), name_of(match.status),
                       name_of(match.tier), name_of(match.relation), quoted(reference), match.score,
                       match.distance_bits, name_of(match.orientation), match.inliers);
}

json::object json_row(const std::string& file, const Match& match, const std::string& reference)
{
    json::object row{{"file", file},
                     {"status", name_of(match.status)},
                     {"tier", name_of(match.tier)},
                     {"relation", name_of(match.relation)},
                     {"reference", reference},
                     {"score", match.score},
                     {"distance_bits", match.distance_bits},
                     {"orientation", name_of(match.orientation)},
                     {"inverted", match.inverted},
                     {"reason", name_of(match.reason)},
                     {"inliers", match.inliers},
                     {"extractor_version", extractor_version}};
    if (match.placement) row["placement"] = placement_json(*match.placement);
    return row;
}

} // namespace

Result<MatchOutput> MatchOutput::open(Style style, const std::string& csv,
                                      const std::vector<std::filesystem::path>& references,
                                      std::size_t pictures)
{
    File file(csv.empty() ? nullptr : std::fopen(csv.c_str(), "we"), std::fclose);
    if (!csv.empty() && !file) return Error{Errc::io, fmt::format("{}: cannot be written", csv)};
    if (file)
        fmt::print(file.get(),
                   "file,status,tier,relation,reference,score,distance_bits,orientation,inliers\n");
    return MatchOutput(style, csv, std::move(file), references, pictures);
}

void MatchOutput::tell(const std::filesystem::path& path, const Result<pipeline::Compared>& compared)
{
    const auto file = path.string();
    ++told_;
    unread_ += compared ? 0 : 1;
    if (!compared || compared->matches.empty()) {
        const auto status = compared ? "none" : "undecodable";
        const auto detail = compared ? std::string() : compared.error().detail;
        if (csv_) fmt::print(csv_.get(), "{},{},,,,0,,,\n", quoted(file), status);
        json::object row{{"file", file}, {"status", status}};
        if (!detail.empty()) row["detail"] = detail;
        if (style_ == Style::json)
            print_object(style_, row);
        else if (!csv_)
            fmt::print("{:<12} {}{}\n", status, file, detail.empty() ? "" : ": " + detail);
    } else {
        for (const auto& match : compared->matches) {
            const auto reference =
                (*references_)[static_cast<std::size_t>(match.reference.value - 1)].filename().string();
            if (csv_) fmt::print(csv_.get(), "{}", csv_line(file, match, reference));
            if (style_ == Style::json)
                print_object(style_, json_row(file, match, reference));
            else
                fmt::print("{:<12} {:<8} {:<10} {:.2f}  {}  {}\n", name_of(match.status), name_of(match.tier),
                           name_of(match.relation), match.score, reference, file);
        }
    }
    show_progress();
}

// Where results go to a file, a terminal shows how far it is.
void MatchOutput::show_progress()
{
    constexpr std::size_t step = 20;
    if (!csv_ || ::isatty(STDERR_FILENO) == 0 || (told_ % step != 0 && told_ != pictures_)) return;
    fmt::print(stderr, "\rcompared {} of {}{}", told_, pictures_, told_ == pictures_ ? "\n" : "");
    (void)std::fflush(stderr);
}

Result<void> MatchOutput::close()
{
    if (!csv_) return {};
    const bool is_written = std::ferror(csv_.get()) == 0 && std::fflush(csv_.get()) == 0;
    if (!is_written) return Error{Errc::io, fmt::format("{}: cannot be written", csv_name_)};
    return {};
}

} // namespace stillwatch::cli
