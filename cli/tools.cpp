#include "cli/command.hpp"
#include "cli/pictures.hpp"
#include "cli/reference_files.hpp"
#include "cli/session.hpp"
#include "cli/videos.hpp"

#include "daemon/installation.hpp"
#include "daemon/settings.hpp"
#include "net/http_client.hpp"
#include "pipeline/answers.hpp"
#include "sandbox/worker_pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <exception>
#include <memory>
#include <optional>

namespace stillwatch::cli {

namespace {

template <class T>
Task<> keep(Task<Result<T>> task, std::optional<Result<T>>& outcome)
{
    outcome = co_await std::move(task);
}

// Runs one coroutine to its end on a loop of its own.
template <class T>
Result<T> run_task(asio::io_context& loop, Task<Result<T>> task)
{
    std::optional<Result<T>> outcome;
    std::exception_ptr failure;
    asio::co_spawn(loop, keep(std::move(task), outcome), [&](std::exception_ptr thrown) {
        failure = thrown;
        loop.stop();
    });
    loop.run();
    if (failure) std::rethrow_exception(failure);
    return *std::move(outcome);
}

Result<Fetched> fetch_once(const config::Config& config, const std::string& text)
{
    auto url = Url::parse(text);
    if (!url) return url.error();
    auto settings = daemon::http_settings(config);
    if (!settings) return settings.error();
    asio::io_context loop(1);
    net::HttpClient client(loop, *settings);
    FetchRequest request{*std::move(url)};
    request.limits = daemon::fetch_limits(config, LinkKind::image);
    return run_task(loop, client.fetch(std::move(request)));
}

json::object describe(const Fetched& fetched)
{
    json::object told;
    told["url"] = fetched.url.text();
    told["status"] = fetched.status;
    told["location"] = std::string(fetched.header("Location"));
    told["content_type"] = std::string(fetched.header("Content-Type"));
    told["content_encoding"] = fetched.encodings();
    told["body_bytes"] = fetched.body.size();
    told["cut"] = name_of(fetched.cut);
    told["peer"] = fmt::format("{} port {}", fetched.peer.address, fetched.peer.port);
    told["http_version"] = fetched.peer.http_version;
    told["tls_version"] = fetched.peer.tls_version;
    told["cipher"] = fetched.peer.cipher;
    told["first_byte_ms"] = fetched.first_byte.count();
    told["total_ms"] = (fetched.finished - fetched.started).count();
    return told;
}

void run_fetch(Program& program, const std::string& url)
{
    const auto config = load_or_defaults(program);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    const auto fetched = fetch_once(*config, url);
    if (fetched)
        print_object(program.global.style(), describe(*fetched));
    else
        program.exit_code = print_error(fetched.error());
}

bool is_address(const std::string& text)
{
    return text.starts_with("http://") || text.starts_with("https://");
}

Result<PageLinks> links_of(const config::Config& config, const std::string& source, std::string base)
{
    Document document;
    if (is_address(source)) {
        auto fetched = fetch_once(config, source);
        if (!fetched) return fetched.error();
        auto payload = fetched->payload();
        if (!payload) return payload.error();
        document = pipeline::document_of(*fetched, std::make_shared<const Bytes>(*std::move(payload)),
                                         std::string());
        if (base.empty()) base = fetched->url.text();
    } else {
        auto bytes = read_file(source, static_cast<std::size_t>(config.fetch.max_page_bytes));
        if (!bytes) return bytes.error();
        document.body = std::make_shared<const Bytes>(*std::move(bytes));
        if (base.empty()) base = "http://file.invalid/" + std::filesystem::path(source).filename().string();
    }
    const auto settings = daemon::pool_settings(config);
    if (!settings) return settings.error();
    asio::io_context loop(1);
    sandbox::WorkerPool pool(loop, *settings);
    return run_task(loop, pool.links(std::move(document), std::move(base)));
}

// An anchor's mechanism does not say so.
bool leads_to_picture(const Link& link)
{
    return link.mechanism == Mechanism::a_href && link.kind == LinkKind::image;
}

void run_links(Program& program, const std::string& source, const std::string& base)
{
    const auto config = load_or_defaults(program);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    const auto found = links_of(*config, source, base);
    if (!found) {
        program.exit_code = print_error(found.error());
        return;
    }
    for (const auto& link : found->links) {
        if (program.global.json)
            print_object(Style::json, {{"mechanism", name_of(link.mechanism)},
                                       {"kind", name_of(link.kind)},
                                       {"item", link.item},
                                       {"url", link.url}});
        else
            fmt::print("{} {}{}\n", name_of(link.mechanism), printable(link.url),
                       leads_to_picture(link) ? " image" : "");
    }
    if (found->truncated)
        fmt::print(stderr, "stillwatch: {}: a limit was reached; not every link is listed\n", source);
}

// `time_ms`: of a frame of a video, named after its file as Media Fragments do ("clip.mp4#t=12.4").
void print_fingerprint(const Program& program, const std::filesystem::path& file,
                       const PictureFeatures& features, bool orientations,
                       std::optional<std::int64_t> time_ms)
{
    const auto& frame = features.frames.front();
    const auto name = time_ms ? fmt::format("{}#t={}", file.string(), seconds(*time_ms)) : file.string();
    if (program.global.json) {
        json::object told{{"file", name},
                          {"pdq", frame.fingerprints.front().hex()},
                          {"quality_percent", frame.quality_percent},
                          {"format", name_of(features.format)},
                          {"width_px", features.width_px},
                          {"height_px", features.height_px},
                          {"frames", features.local.size()},
                          {"file_digest", features.file_digest.hex()},
                          {"data_digest", features.data_digest.hex()}};
        for (std::size_t i = 0; orientations && i < orientation_count; ++i)
            told[name_of(static_cast<Orientation>(i))] = frame.fingerprints[i].hex();
        print_object(Style::json, told);
        return;
    }
    fmt::print("{} {} {} {} {}\n", frame.fingerprints.front().hex(), frame.quality_percent, features.width_px,
               features.height_px, name);
    for (std::size_t i = 0; orientations && i < orientation_count; ++i)
        fmt::print("  {} {}\n", frame.fingerprints[i].hex(), name_of(static_cast<Orientation>(i)));
}

void run_fingerprint(Program& program, const std::vector<std::string>& names, bool orientations)
{
    const auto config = load_or_defaults(program);
    if (!config) {
        program.exit_code = exit_configuration;
        return;
    }
    const std::vector<std::filesystem::path> files(names.begin(), names.end());
    const auto read = read_frames(*config, files, [&](const auto& file, const auto& frames) {
        if (!frames) {
            program.exit_code = print_error(
                {frames.error().code, fmt::format("{}: {}", file.string(), frames.error().detail)});
            return;
        }
        for (const auto& frame : *frames)
            print_fingerprint(program, file, frame.features, orientations, frame.time_ms);
    });
    if (!read) program.exit_code = print_error(read.error());
}

} // namespace

void add_tool_commands(Program program)
{
    auto url = std::make_shared<std::string>();
    const auto fetch =
        program.app.add_subcommand("fetch", "One guarded request: status, peer, TLS, size, times");
    fetch.add_option("url", *url, "Address, http or https").required();
    fetch.callback([program, url]() mutable { run_fetch(program, *url); });

    auto source = std::make_shared<std::string>();
    auto base = std::make_shared<std::string>();
    const auto links = program.app.add_subcommand(
        "links",
        "Every address in a document with the mechanism that held it; anchors that lead to a picture say so");
    links.add_option("source", *source, "File (HTML, CSS, JSON, feed, sitemap, text), or address to fetch")
        .required();
    links.add_option("--base", *base, "Address against which relative links count");
    links.callback([program, source, base]() mutable { run_links(program, *source, *base); });

    auto files = std::make_shared<std::vector<std::string>>();
    auto orientations = std::make_shared<bool>(false);
    const auto fingerprint = program.app.add_subcommand(
        "fingerprint", "PDQ hash, quality, width and height of pictures, and of frames of videos");
    fingerprint.add_option("files", *files, "Picture and video files").required();
    fingerprint.add_flag("--orientations", *orientations, "Print the hashes of all eight orientations");
    fingerprint.callback(
        [program, files, orientations]() mutable { run_fingerprint(program, *files, *orientations); });
}

} // namespace stillwatch::cli
