// One file to its Report, with Java 17 or later and nothing else: API=https://... KEY=... java Read.java invoice.pdf
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

public class Read {
    static final String API = System.getenv("API");
    static final String KEY = System.getenv("KEY");
    static final HttpClient CLIENT = HttpClient.newHttpClient();

    public static void main(String[] arguments) throws Exception {
        String report = read(Path.of(arguments[0]));
        // Your JSON library takes it from here; the schema is in /openapi.json.
        System.out.write((report + "\n").getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    static String read(Path file) throws Exception {
        if (Files.size(file) <= 4_000_000) {
            return ofApi("POST", "/v1/invoices", BodyPublishers.ofFile(file), "application/octet-stream").body();
        }
        String wanted = "{\"name\": \"%s\", \"size\": %d}".formatted(file.getFileName(), Files.size(file));
        String link = ofApi("POST", "/v1/uploads", BodyPublishers.ofString(wanted), "application/json").body();
        HttpRequest put = HttpRequest.newBuilder(URI.create(of(link, "url")))
            .header("Content-Type", of(link, "content-type")).PUT(BodyPublishers.ofFile(file)).build();
        HttpResponse<String> sent = CLIENT.send(put, BodyHandlers.ofString());
        if (sent.statusCode() != 200) {
            throw new IllegalStateException("the upload was refused: " + sent.statusCode() + " " + sent.body());
        }
        while (true) {
            HttpResponse<String> answer = ofApi("GET", of(link, "location"), BodyPublishers.noBody(), "application/json");
            if (answer.statusCode() != 202) {
                return answer.body();
            }
            Thread.sleep(1000 * Long.parseLong(answer.headers().firstValue("Retry-After").orElse("2")));
        }
    }

    static HttpResponse<String> ofApi(String method, String path, HttpRequest.BodyPublisher body, String type)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(API + path)).method(method, body)
            .header("Authorization", "Bearer " + KEY).header("Content-Type", type).build();
        HttpResponse<String> answer = CLIENT.send(request, BodyHandlers.ofString());
        // A problem says what to do next; 422 may be a Report without an invoice.
        if (answer.statusCode() >= 400 && answer.body().contains("\"hint\"") && !answer.body().contains("\"schema\"")) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
        return answer;
    }

    /** A text of the link; no text in it holds a quote. */
    static String of(String link, String name) {
        var found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(link);
        if (!found.find()) {
            throw new IllegalStateException("no " + name + " in " + link);
        }
        return found.group(1);
    }
}
