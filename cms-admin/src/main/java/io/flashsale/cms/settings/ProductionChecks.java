package io.flashsale.cms.settings;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Production does not start with secrets that others can read, nor with the bearer token in clear text on a network. */
@Component
final class ProductionChecks implements InitializingBean {

    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private final CmsSettings settings;
    private final Environment environment;

    ProductionChecks(CmsSettings settings, Environment environment) {
        this.settings = settings;
        this.environment = environment;
    }

    @Override
    public void afterPropertiesSet() {
        if (settings.profile() != CmsSettings.Profile.PRODUCTION) {
            return;
        }
        refuseReadableByOthers("FLASHSALE_OPERATOR_TOKEN_FILE", settings.operatorTokenFile());
        refuseReadableByOthers("FLASHSALE_MYSQL_PASSWORD_FILE", settings.mysql().passwordFile());
        Path secret = settings.bucket().secretFile();
        if (secret != null) {
            refuseReadableByOthers("FLASHSALE_CDN_SECRET_FILE", secret);
        }
        refusePlainHttpOnNetwork();
    }

    private static void refuseReadableByOthers(String setting, Path file) {
        Set<PosixFilePermission> permissions;
        try {
            permissions = Files.getPosixFilePermissions(file);
        } catch (IOException e) {
            throw new BadSetting(setting + " names " + file + ", which cannot be read ("
                    + e.getClass().getSimpleName() + "). Make the file, readable by this process only.");
        } catch (UnsupportedOperationException notPosix) {
            return;
        }
        for (PosixFilePermission permission : permissions) {
            if (OTHERS.contains(permission)) {
                throw new BadSetting(
                        setting + " names " + file
                                + ", which others than its owner can read or write: production refuses that. Run chmod 600 on it.");
            }
        }
    }

    private void refusePlainHttpOnNetwork() {
        String address = environment.getProperty("server.address", "0.0.0.0");
        boolean tls = environment.getProperty("server.ssl.enabled", Boolean.class, false);
        if (tls || isLoopback(address)) {
            return;
        }
        throw new BadSetting(
                "server.address is " + address
                        + ", where the operator's token would travel over plain HTTP: production listens on loopback, behind TLS.");
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
