// bench_libcurl [IN_FLIGHT] < ADDRESSES: fetches every address, a line each, into memory with bare libcurl
// and does nothing with it. That is the least that any crawler over libcurl pays; `scripts/bench-crawl table`
// sets ours beside it.
#include <curl/curl.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <string>

namespace {

std::size_t keep(char* bytes, std::size_t size, std::size_t count, void* body)
{
    static_cast<std::string*>(body)->append(bytes, size * count);
    return size * count;
}

} // namespace

int main(int argc, char** argv)
{
    const int in_flight = argc > 1 ? std::atoi(argv[1]) : 64;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM* multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 4L * in_flight);
    int running = 0;
    std::deque<std::string> bodies;
    long failed = 0;
    const auto begin = [&](CURL* easy) {
        std::string address;
        if (!std::getline(std::cin, address)) return false;
        curl_easy_setopt(easy, CURLOPT_URL, address.c_str());
        curl_multi_add_handle(multi, easy);
        ++running;
        return true;
    };
    for (int i = 0; i < in_flight; ++i) {
        CURL* easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep);
        auto& body = bodies.emplace_back();
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &body);
        if (!begin(easy)) curl_easy_cleanup(easy);
    }
    while (running > 0) {
        int active = 0;
        curl_multi_perform(multi, &active);
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
            CURL* easy = message->easy_handle;
            failed += message->data.result != CURLE_OK;
            curl_multi_remove_handle(multi, easy);
            std::string* body = nullptr;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, &body);
            *body = {};
            --running;
            if (!begin(easy)) curl_easy_cleanup(easy);
        }
        curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
    curl_multi_cleanup(multi);
    if (failed > 0) std::fprintf(stderr, "%ld transfers failed\n", failed);
    return failed > 0 ? 1 : 0;
}
