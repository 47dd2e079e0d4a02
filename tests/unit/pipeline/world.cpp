#include "world.hpp"

#include "cases/references.hpp"
#include "evidence/package.hpp"
#include "tests/support/store_samples.hpp"
#include "vault/age.hpp"
#include "videos/playlists/playlist.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace stillwatch::pipeline::test {

std::string picture_file(const std::string& motif, const std::string& variant)
{
    return "\xFF\xD8\xFF" + motif + "\n" + variant;
}

SignGrid empty_sign_grid(int tile_columns, int tile_rows)
{
    SignGrid sign_grid;
    sign_grid.tile_columns = tile_columns;
    sign_grid.tile_rows = tile_rows;
    for (auto* plane : {&sign_grid.right, &sign_grid.down, &sign_grid.right_clear, &sign_grid.down_clear})
        plane->resize(sign_grid.plane_bytes());
    return sign_grid;
}

PictureFeatures features_of(const std::string& file, Detail detail)
{
    PictureFeatures features;
    features.width_px = 640;
    features.height_px = 480;
    if (file.find("large") != std::string::npos) {
        features.width_px *= 2;
        features.height_px *= 2;
    }
    features.file_digest = Sha256::of(as_bytes(file));
    features.data_digest = features.file_digest;
    Frame frame;
    frame.quality_percent = 90;
    std::uint64_t state = std::hash<std::string>{}(file.substr(0, file.find('\n')));
    for (auto& fingerprint : frame.fingerprints)
        for (auto& word : fingerprint.words)
            word = state = state * 6364136223846793005U + 1442695040888963407U;
    if (file.find("far") != std::string::npos)
        for (auto& fingerprint : frame.fingerprints)
            fingerprint.words[0] ^= 0xFFFF;
    if (file.find("moves") != std::string::npos) {
        features.format = PictureFormat::gif;
        for (int number = 0; number < 4; ++number) {
            auto one = frame;
            one.number = number;
            for (auto& fingerprint : one.fingerprints)
                for (auto& word : fingerprint.words)
                    word ^= number % 2 == 0 ? std::uint64_t(number + 1) * 0x9E37'79B9'7F4A'7C15U : 0;
            features.frames.push_back(one);
            features.local.push_back({640, 480, {}});
        }
        return features;
    }
    features.frames.push_back(frame);
    features.local.push_back({640, 480, {}});
    if (detail == Detail::reference)
        features.sign_grid.push_back({empty_sign_grid(4, 3), std::vector<TileTraits>(4 * 3)});
    return features;
}

Task<Result<PageLinks>> FakeInspector::links(Document document, std::string base)
{
    ++pages_read;
    if (before_page) co_await before_page();
    if (page_error) co_return *page_error;
    if (document.body->size() > 2 && document.body->front() == std::byte{0xFF})
        co_return Error{Errc::exists, "a picture"};
    PageLinks page;
    std::istringstream lines{std::string(as_text(*document.body))};
    for (std::string kind, address; lines >> kind >> address;) {
        if (kind == "wall") {
            page.wall = address == "challenge" ? Wall::challenge
                        : address == "login"   ? Wall::login
                        : address == "riddle"  ? Wall::riddle
                                               : Wall::age;
            continue;
        }
        if (kind == "inline") {
            page.pictures.push_back(to_bytes(picture_file(address)));
            const auto inside = Url::inside(url(base), Sha256::of(page.pictures.back()));
            page.links.push_back({Mechanism::inline_data, LinkKind::image, inside.text()});
            continue;
        }
        const bool is_image = kind.starts_with("img");
        const int item = kind.starts_with("img:") ? std::stoi(kind.substr(4)) : 0;
        const auto of_page = kind == "control" ? Mechanism::control
                             : kind == "style" ? Mechanism::css_import
                                               : Mechanism::a_href;
        page.links.push_back({is_image ? Mechanism::img_src : of_page,
                              is_image ? LinkKind::image : LinkKind::page, address, item});
    }
    co_return std::move(page);
}

void FakeInspector::count(const Document& document)
{
    if (!document.tellers || workers_are_shared.empty()) return;
    ++(workers_are_shared.front() ? document.tellers->shared : document.tellers->unshared);
    if (workers_are_shared.size() > 1) workers_are_shared.erase(workers_are_shared.begin());
}

Task<Result<PictureFeatures>> FakeInspector::features(Document document, Detail detail)
{
    count(document);
    const bool confirms = document.trust >= Trust::unshared;
    pictures_read += confirms ? 0 : 1;
    if (before_picture && !confirms) co_await before_picture();
    trusts.push_back(document.trust);
    if (picture_error) co_return *picture_error;
    if (const auto refused = refusal ? refusal(document) : std::nullopt) co_return *refused;
    const bool lies = !pretends.empty() && !confirms;
    auto features = features_of(lies ? pretends : std::string(as_text(*document.body)), detail);
    features.file_digest = Sha256::of(*document.body);
    co_return std::move(features);
}

// It reads itself: there is nothing restricted about a text.
Task<Result<Playlist>> FakeInspector::playlist(Document document, std::string base)
{
    co_return videos::read_playlist(*document.body, base);
}

Task<Result<FrameTimes>> FakeInspector::frame_times(Document)
{
    co_return times;
}

Task<Result<std::vector<SignGrid>>> FakeInspector::views(Document document, Sha256, std::vector<View> views)
{
    count(document);
    ++views_read;
    std::vector<SignGrid> sign_grids;
    for (const auto& view : views)
        sign_grids.push_back(empty_sign_grid(view.tile_columns, view.tile_rows));
    co_return std::move(sign_grids);
}

World::World()
{
    if (!stores.frontier().set_sites({stillwatch::test::sample_site()}))
        throw std::runtime_error("no frontier");
    std::filesystem::create_directory(evidence);
    crawler::SiteRules rules;
    rules.name = "board";
    rules.hosts = {"board.example", "img.board.example"};
    rules.pace = {std::chrono::milliseconds(0), 8};
    rules.robots = crawler::RobotsPolicy::ignore;
    auto crawl = std::make_shared<crawler::CrawlSettings>();
    crawl->sites["board"] = std::make_shared<const crawler::SiteRules>(rules);
    settings.crawl = crawl;
    settings.record.evidence.directory = evidence;
    settings.record.evidence.recipients = {vault::generate_age_identity().recipient};
    settings.record.evidence.organisation = "Example Helpline";
    settings.record.channels = {alerts::ChannelRules{"desk"}, alerts::ChannelRules{"hook"}};
    settings.record.link = "https://desk.example/{alert}";
}

World::~World() = default;

void World::reload()
{
    run(references.reload()).value();
}

void World::use_settings()
{
    pipeline.use(std::make_shared<const PipelineSettings>(settings));
}

std::vector<Finding> World::findings()
{
    return stores.cases().findings();
}

void World::serve(const std::string& address, std::string body, std::vector<HeaderField> headers)
{
    web.pages[address] = ScriptedFetcher::status(200, std::move(headers), std::move(body));
}

void World::serve_with_etag(const std::string& address, const std::string& body, const std::string& etag)
{
    web.pages[address] = [=](const FetchRequest& request) {
        for (const auto& header : request.headers)
            if (header.name == "If-None-Match" && header.value == etag)
                return ScriptedFetcher::status(304)(request);
        return ScriptedFetcher::status(200, {{"ETag", etag}}, body)(request);
    };
}

std::vector<HeaderField> World::last_headers(const std::string& address) const
{
    std::vector<HeaderField> headers;
    for (const auto& asked : web.asked)
        if (asked.url == address) headers = asked.headers;
    std::erase_if(headers, [](const HeaderField& field) { return field.name == "Referer"; });
    return headers;
}

Case World::open_case(std::int64_t expires)
{
    auto consent = stillwatch::test::sample_consent();
    consent.expires_at = at(expires);
    return book.open(consent, cases::ApprovalRule::one_person, {"anna", clock.now()}).value();
}

ReferenceId World::enrol(const Case& c, const std::string& file, const std::string& name)
{
    Reference draft;
    draft.name = name;
    draft.sealed = cases::seal_reference(c.public_key, c.pseudonym, features_of(file)).value().bytes;
    draft.extractor_version = extractor_version;
    const auto id = book.enrol(c.pseudonym, draft, {"anna", clock.now()}).value();
    reload();
    return id;
}

Task<> World::withdraw(std::string pseudonym)
{
    auto work = [this, pseudonym](store::CaseDatabase&, crawler::UrlFrontier&) {
        return book.withdraw(pseudonym, {"anna", clock.now()}).has_value();
    };
    const auto is_done = co_await stores.run(std::move(work));
    if (!is_done) throw std::runtime_error("not withdrawn");
}

std::vector<store::Visit> World::claim()
{
    std::vector<store::Visit> visits;
    const auto now = clock.now();
    const auto generation = references.current()->generation();
    for (const auto& host : stores.frontier().ready_hosts(now, generation))
        for (auto& visit :
             stores.frontier().claim(host.id, now, generation, now + std::chrono::minutes(10), 100))
            visits.push_back(std::move(visit));
    return visits;
}

std::map<std::string, store::VisitResult> World::crawl()
{
    std::map<std::string, store::VisitResult> results;
    for (auto visits = claim(); !visits.empty(); visits = claim())
        for (const auto& visit : visits) {
            auto result = run(pipeline.visit(visit)).value();
            stores.frontier().apply({result}).value();
            results.insert_or_assign(visit.url.text(), std::move(result));
        }
    return results;
}

std::map<std::string, store::VisitResult> World::crawl_later()
{
    clock.pass(std::chrono::days(31));
    return crawl();
}

std::vector<Occurrence> World::occurrences()
{
    std::vector<Occurrence> all;
    for (const auto& finding : findings())
        for (auto& each : stores.cases().occurrences(finding.id, {}, 10'000))
            all.push_back(std::move(each));
    std::ranges::sort(all, {}, [](const Occurrence& each) { return each.id; });
    return all;
}

std::vector<std::string> World::evidence_files() const
{
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(evidence))
        if (evidence::is_package_name(entry.path().filename().string()))
            names.push_back(entry.path().filename());
    return names;
}

} // namespace stillwatch::pipeline::test
