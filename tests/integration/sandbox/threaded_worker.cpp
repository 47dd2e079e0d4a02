// A worker program that starts a thread before it restricts itself, as a careless library would.
#include "sandbox/worker_loop.hpp"

#include <chrono>
#include <thread>

int main(int argc, char** argv)
{
    std::thread([] { std::this_thread::sleep_for(std::chrono::minutes(1)); }).detach();
    return stillwatch::sandbox::run_worker(argc, argv,
                                           [](const auto&, auto) { return stillwatch::PageLinks{}; });
}
