package io.flashsale.consumer.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.consumer.payment.PaymentGateway.Opened;
import io.flashsale.consumer.testing.SandboxProcess;
import io.flashsale.consumer.testing.Secrets;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The sandbox's adapter against the sandbox itself. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class SandboxGatewayIT extends PaymentGatewayContract {

    private final HttpClient browser = HttpClient.newHttpClient();

    @TempDir
    static Path folder;

    private SandboxProcess sandbox;
    private URI address;

    @Override
    void startProvider(URI events) {
        sandbox = new SandboxProcess(folder, key(), events);
        address = sandbox.address();
    }

    @Override
    void stopProvider() {
        sandbox.close();
    }

    @Override
    URI address() {
        return address;
    }

    @Override
    String key() {
        return Secrets.PAYMENT_KEY;
    }

    @Override
    PaymentGateway gateway(URI address, String key, Clock clock) {
        return new SandboxGateway(address, key, JsonMapper.builder().build(), clock);
    }

    @Override
    void pay(Opened opened) throws IOException {
        decide(opened, "decision=pay");
    }

    @Override
    void decline(Opened opened) throws IOException {
        decide(opened, "decision=decline");
    }

    /** On the page of the pay URL; its public name is not this test's. */
    private void decide(Opened opened, String form) throws IOException {
        var request = HttpRequest.newBuilder(
                        address.resolve(URI.create(opened.payUrl()).getPath()))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        try {
            assertThat(browser.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(302);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
