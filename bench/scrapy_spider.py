"""A spider as one writes it with Scrapy for such a site: what bench/crawl_table.py is measured beside."""
import scrapy
from scrapy.linkextractors import LinkExtractor


class Spider(scrapy.Spider):
    name = "beside"
    custom_settings = {
        "ROBOTSTXT_OBEY": True, "CONCURRENT_REQUESTS": 64, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "LOG_ENABLED": False,
        "RETRY_ENABLED": False, "DOWNLOAD_WARNSIZE": 0, "TELNETCONSOLE_ENABLED": False,
    }

    def __init__(self, seeds: str, **others):
        super().__init__(**others)
        self.start_urls = seeds.split(",")
        self.hosts = {url.split("/")[2] for url in self.start_urls}
        self.links = LinkExtractor(tags=("a", "area", "img", "video", "meta", "iframe", "link"),
                                   attrs=("href", "src", "poster", "content"), deny_extensions=(), unique=True)

    def parse(self, response, **_):
        if not isinstance(response, scrapy.http.TextResponse):
            return
        found = {link.url for link in self.links.extract_links(response)}
        for srcset in response.css("[srcset]::attr(srcset)").getall():
            found |= {response.urljoin(part.split()[0]) for part in srcset.split(",") if part.split()}
        for url in found:
            if url.startswith("http") and url.split("/")[2] in self.hosts:
                yield scrapy.Request(url)
